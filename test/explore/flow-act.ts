import type { Drover, Place } from './drover';

/** Calls an activity that acts: its first attempt reads first. */
export function called(drover: Drover, at: Place, more: Partial<Drover> = {}): Drover {
  return {
    ...drover,
    ...more,
    at,
    attempt: { stage: 'read', isFirst: true, called: false, refused: false },
  };
}
