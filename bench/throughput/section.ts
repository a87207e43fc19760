import { inFlight } from '../load/in-flight';
import { processOf, table, timedOut, worker } from '../load/measures';
import type { Measure } from '../load/measures';
import type { Section } from '../section';

/** How many whole deployments are asked for at once, their images being there. */
const AT_ONCE = 300;
const QUICK_AT_ONCE = 30;
/** The largest that a worker takes: what bounds it then is something else. */
const LIFTED_PER_SECOND = 1_000;

export const THROUGHPUT: Section = {
  name: 'throughput',
  title: 'Whole deployments, as fast as they go',
  about:
    'As many deployments as can be had, asked for in the same moment, on the site of the section before, their images being there: with the bounds on requests that a worker has by default, and with the largest ones.',
  run: async ({ quick, say, most = AT_ONCE }) => {
    const deployments = Math.min(most, quick ? QUICK_AT_ONCE : AT_ONCE);
    const plan = { deployments, perSecond: Infinity, pulls: null, onLine: say };
    say(`${deployments} whole deployments, with the usual bounds`);
    const usual = await inFlight(plan);
    say(`${deployments} whole deployments, with wide bounds`);
    const lifted = await inFlight({ ...plan, requestsPerSecond: LIFTED_PER_SECOND });
    return {
      tables: [
        table('With 50 requests in a second, 8 at once', [usual], MEASURES),
        table(`With ${LIFTED_PER_SECOND} requests in a second, 16 at once`, [lifted], MEASURES),
      ],
      charts: [],
      targets: [],
      notes: [
        'The time lost is mostly that of waiting for a turn: all are asked for at once. One run of each.',
        'All processes share the processors of this machine.',
      ],
    };
  },
};

const MEASURES: readonly Measure[] = [
  { title: 'deployments', unit: 'per second', of: (one) => one.deployments / one.wallSeconds },
  { title: 'requests each', of: (one) => one.requests },
  { title: 'requests', unit: 'per second', of: (one) => (one.requests * one.deployments) / one.wallSeconds },
  { title: 'succeeded', of: (one) => one.verdicts['succeeded'] ?? 0 },
  { title: 'lost, median', unit: 's', of: (one) => one.lost.inAll.p50 / 1000 },
  { title: 'lost, p95', unit: 's', of: (one) => one.lost.inAll.p95 / 1000 },
  ...['worker', 'temporal', 'simulator', 'client'].map((name): Measure => ({
    title: `processor, ${name}`,
    unit: 'percent',
    of: (one) => 100 * processOf(one, name).cpuShare,
  })),
  { title: 'memory at most', unit: 'MB', of: (one) => worker(one).peakMegabytes },
  { title: 'workflow tasks timed out', of: timedOut },
];
