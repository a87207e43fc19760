import type { LoadFigures } from '../load/in-flight';
import { inFlight } from '../load/in-flight';
import { processOf, table, timedOut, worker } from '../load/measures';
import type { Measure } from '../load/measures';
import type { Section } from '../section';

/** How many whole deployments are asked for at once, their images being there, one measurement after the other. */
const SIZES = [30, 100, 300, 1_000] as const;
const QUICK_SIZES = [10, 30] as const;
/** The largest that a worker takes: what bounds it then is something else. */
const LIFTED_PER_SECOND = 1_000;
const USUAL = 'With 50 requests in a second, 8 at once';
const LIFTED = `With ${LIFTED_PER_SECOND} requests in a second, 16 at once`;

export const THROUGHPUT: Section = {
  name: 'throughput',
  title: 'Whole deployments, as fast as they go',
  about:
    'As many deployments as can be had, asked for in the same moment, on the site of the section before, their images being there: with the bounds on requests that a worker has by default, and with the largest ones.',
  run: async ({ quick, say, most = Infinity }) => {
    const usual: LoadFigures[] = [];
    const lifted: LoadFigures[] = [];
    for (const deployments of (quick ? QUICK_SIZES : SIZES).filter((size) => size <= most)) {
      const plan = { deployments, perSecond: Infinity, pulls: null, onLine: say };
      say(`${deployments} whole deployments, with the usual bounds`);
      usual.push(await inFlight(plan));
      say(`${deployments} whole deployments, with wide bounds`);
      lifted.push(await inFlight({ ...plan, requestsPerSecond: LIFTED_PER_SECOND }));
    }
    return {
      tables: [table(USUAL, usual, MEASURES), table(LIFTED, lifted, MEASURES)],
      charts: [
        {
          ...{
            kind: 'lines',
            name: 'throughput',
            title: 'Whole deployments in a second, by how many are asked for at once',
          },
          x: { title: 'deployments asked for at once', logarithmic: true },
          y: { title: 'deployments in a second', unit: 'per second' },
          series: [
            { label: USUAL, points: usual.map((one) => [one.deployments, perSecond(one)] as const) },
            { label: LIFTED, points: lifted.map((one) => [one.deployments, perSecond(one)] as const) },
          ],
        },
      ],
      targets: [],
      notes: [
        'The time lost is mostly that of waiting for a turn: all are asked for at once. One run of each.',
        'All processes share the processors of this machine.',
      ],
    };
  },
};

const perSecond = ({ deployments, wallSeconds }: LoadFigures): number => deployments / wallSeconds;

const MEASURES: readonly Measure[] = [
  { title: 'deployments', unit: 'per second', of: perSecond },
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
