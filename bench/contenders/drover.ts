import type { Contender } from './contender';

/** Drover as it is by default. */
export const DROVER: Contender = {
  ...{ name: 'drover', label: 'Drover', finishes: true },
  drover: { events: true },
};

/** Drover where the event stream is switched off, or cannot be had. */
export const DROVER_WITHOUT_STREAM: Contender = {
  ...{ name: 'drover-reads', label: 'Drover without the event stream', finishes: true },
  drover: { events: false },
};
