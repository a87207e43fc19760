import { lookEvery } from '../../workflows/steps/confirm';
import type { Section, SectionFigures } from '../section';
import type { HeldFigures } from './held';
import { holdMany } from './held';

const HELD = 200;
const QUICK_HELD = 20;
/** The first look while the event stream is up comes after five minutes. */
const WINDOW_MILLIS = 6 * 60_000;
const QUIET_MILLIS = 2 * 60_000;
const QUICK_MILLIS = 30_000;
const DAY_MILLIS = 86_400_000;
/** What is near nothing: of one processor, for all that wait; and of requests, for one of them. */
const MOST_CPU_SHARE = 0.01;
const MOST_REQUESTS = 50;

export const IDLE: Section = {
  name: 'idle',
  title: 'An idle day',
  about:
    'Deployments that are verified and held for a person who does not come: what looking after them costs. A few minutes are measured; a day is derived from them.',
  run: async ({ quick, say }) =>
    figuresOf(
      await holdMany({
        deployments: quick ? QUICK_HELD : HELD,
        quietMillis: quick ? QUICK_MILLIS : QUIET_MILLIS,
        // Quick: without the stream, for then they look every few seconds at first.
        windowMillis: quick ? QUICK_MILLIS : WINDOW_MILLIS,
        events: !quick,
        onLine: say,
      }),
    ),
};

/** How often a deployment that is held looks at its service in a day, by its own schedule. */
export function looksInADay(watched: boolean): number {
  const pauseAfter = (elapsed: number): number => lookEvery(elapsed, { watched, leastLookMillis: 0 });
  let looks = 0;
  for (let elapsed = pauseAfter(0); elapsed < DAY_MILLIS; elapsed += pauseAfter(elapsed)) looks += 1;
  return looks;
}

function figuresOf(figures: HeldFigures): SectionFigures {
  const { deployments, windowSeconds, looks } = figures;
  const [withStream, without] = [looksInADay(true), looksInADay(false)];
  const row = (what: string, measured: number): (string | number)[] => {
    const each = measured / Math.max(1, looks);
    return [what, measured, measured / deployments, each, each * withStream, each * without];
  };
  const workerDay =
    (cpuBeyond(figures, 'worker') / Math.max(1, looks)) * withStream * deployments + baseDay(figures, 'worker');
  return {
    tables: [
      {
        title: `${deployments} deployments that are held`,
        columns: [
          { title: 'What' },
          { title: `measured in ${windowSeconds} s, all`, unit: 'count' },
          { title: 'each deployment', unit: 'count' },
          { title: 'each look', unit: 'count' },
          { title: 'derived: a day of one', unit: 'count' },
          { title: 'derived: the same without the event stream', unit: 'count' },
        ],
        rows: [
          row('looks at the service', looks),
          row('requests to Rancher', figures.requests),
          row('events of history', figures.events),
          row('bytes of history', figures.bytes),
          row('seconds of processor, worker', cpuBeyond(figures, 'worker')),
          row('seconds of processor, Temporal', cpuBeyond(figures, 'temporal')),
        ],
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
        what: 'a day of one that is held: requests to Rancher',
        unit: 'count',
        limit: MOST_REQUESTS,
        measured: looks === 0 ? null : (figures.requests / looks) * withStream,
      },
    ],
    notes: [
      `Measured: ${windowSeconds} s, beginning ${figures.heldFor.toFixed(0)} s after the start of the mean deployment: its first look comes five minutes after it was held. Derived: how often it looks in a day is counted by its own schedule (${withStream} times; ${without} without the event stream), and each look costs what one cost in the time that was measured.`,
      `Of the worker's day ${((100 * baseDay(figures, 'worker')) / (DAY_MILLIS / 1000)).toFixed(2)} % of a processor are what a worker costs that has no deployment at all: Temporal's SDK asks for work all the time.`,
    ],
  };
}

/** The time that was measured may be longer than the one without deployments. */
function cpuBeyond({ held, without, windowSeconds }: HeldFigures, name: string): number {
  return Math.max(0, (held[name]?.cpuSeconds ?? 0) - (without[name]?.cpuShare ?? 0) * windowSeconds);
}

function baseDay({ without }: HeldFigures, name: string): number {
  return ((without[name]?.cpuShare ?? 0) * DAY_MILLIS) / 1000;
}

function share({ without }: HeldFigures, name: string): string {
  return `${(100 * (without[name]?.cpuShare ?? 0)).toFixed(1)} %`;
}
