import { lookEvery } from '../../workflows/steps/confirm';
import type { Section, SectionFigures } from '../section';
import type { HeldFigures } from './held';
import { holdMany } from './held';

const HELD = 200;
const QUICK_HELD = 20;
const WINDOW_MILLIS = 5 * 60_000;
const QUICK_WINDOW_MILLIS = 30_000;
const DAY_MILLIS = 86_400_000;
/** Of an hour of one processor, for everything that waits: what is near nothing. */
const MOST_CPU_SHARE = 0.01;

export const IDLE: Section = {
  name: 'idle',
  title: 'An idle day',
  about:
    'Deployments that are verified and held for a person who does not come: what looking after them costs. A few minutes are measured; a day is derived from them.',
  run: async ({ quick, say }) =>
    figuresOf(
      await holdMany({
        deployments: quick ? QUICK_HELD : HELD,
        windowMillis: quick ? QUICK_WINDOW_MILLIS : WINDOW_MILLIS,
        onLine: say,
      }),
    ),
};

/** How often a deployment that is held looks at its service in a day, by its own schedule. */
export function looksInADay(): number {
  let looks = 0;
  for (let elapsed = 0; elapsed < DAY_MILLIS; elapsed += lookEvery(elapsed)) looks += 1;
  return looks;
}

function figuresOf(figures: HeldFigures): SectionFigures {
  const { deployments, windowSeconds, looks } = figures;
  const day = looksInADay();
  const perLook = (count: number): number => count / Math.max(1, looks);
  const cpuPerLook = (name: string): number => perLook(cpuBeyond(figures, name));
  const dayOf = (eachLook: number): number => eachLook * day;
  const workerDay = dayOf(cpuPerLook('worker')) * deployments + baseDay(figures, 'worker');
  const rows = [
    ['looks at the service', looks, looks / deployments, day, day * deployments],
    ['requests to Rancher', figures.requests, figures.requests / deployments, ...inADay(perLook(figures.requests))],
    ['events of history', figures.events, figures.events / deployments, ...inADay(perLook(figures.events))],
    ['bytes of history', figures.bytes, figures.bytes / deployments, ...inADay(perLook(figures.bytes))],
    ...['worker', 'temporal'].map((name) => [
      `seconds of processor, ${name}`,
      cpuBeyond(figures, name),
      cpuBeyond(figures, name) / deployments,
      ...inADay(cpuPerLook(name)),
    ]),
  ];
  function inADay(eachLook: number): [number, number] {
    return [dayOf(eachLook), dayOf(eachLook) * deployments];
  }
  return {
    tables: [
      {
        title: `${deployments} deployments that are held`,
        columns: [
          { title: 'What' },
          { title: `measured in ${windowSeconds} s, all`, unit: 'count' },
          { title: 'measured, each', unit: 'count' },
          { title: 'derived: a day, each', unit: 'count' },
          { title: 'derived: a day, all', unit: 'count' },
        ],
        rows,
        notes: [
          `Processor time is what was used beyond the same processes without any deployment (worker ${share(figures, 'worker')}, Temporal ${share(figures, 'temporal')} of one processor).`,
        ],
      },
      {
        title: 'Memory',
        columns: [
          { title: 'What' },
          { title: 'without deployments', unit: 'MB' },
          { title: 'while they are held, at most', unit: 'MB' },
        ],
        rows: ['worker', 'temporal'].map((name) => [
          name,
          figures.without[name]?.peakMegabytes ?? null,
          figures.held[name]?.peakMegabytes ?? null,
        ]),
      },
    ],
    charts: [],
    targets: [
      {
        what: `a day of ${deployments} that are held: processor time of the worker, share of one processor`,
        unit: 'percent',
        limit: 100 * MOST_CPU_SHARE,
        measured: (100 * workerDay) / (DAY_MILLIS / 1000),
      },
      {
        what: 'a day of one that is held: requests to Rancher (one every five minutes, and those at first)',
        unit: 'count',
        limit: 1_000,
        measured: dayOf(perLook(figures.requests)),
      },
    ],
    notes: [
      `Measured: ${windowSeconds} s, beginning ${figures.heldFor.toFixed(0)} s after the mean deployment began. Derived: a deployment that is held looks at its service ever more rarely, ${day} times in a day by its schedule; each look costs what a look cost in the time that was measured.`,
    ],
  };
}

function cpuBeyond({ held, without }: HeldFigures, name: string): number {
  return Math.max(0, (held[name]?.cpuSeconds ?? 0) - (without[name]?.cpuSeconds ?? 0));
}

function baseDay({ without }: HeldFigures, name: string): number {
  return ((without[name]?.cpuShare ?? 0) * DAY_MILLIS) / 1000;
}

function share({ without }: HeldFigures, name: string): string {
  return `${(100 * (without[name]?.cpuShare ?? 0)).toFixed(1)} %`;
}
