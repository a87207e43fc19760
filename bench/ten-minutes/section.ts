import { everybody } from '../contenders/everybody';
import type { Contender } from '../contenders/contender';
import type { Passed } from '../counting-proxy';
import { byKind } from '../counting-proxy';
import type { Cell, Column, Figures, Spread, Target } from '../figures';
import { spreadOf } from '../figures';
import type { HistorySize } from '../history';
import { historySize } from '../history';
import { runMeasured } from '../measured-process';
import { momentsOf } from '../own-time';
import type { Section, SectionFigures, SectionOptions } from '../section';
import type { Lane } from '../world';
import { STACK_NAME, World } from '../world';

/** Each contender upgrades so many services at once. */
const SERVICES = 5;
const SCALE = 3;
/** Three containers, one after the other, each of which pulls its image for so long: about ten minutes in all. */
const PULL_MILLIS = 195_000;
const QUICK_PULL_MILLIS = 8000;
/** In the path by which the event stream is opened. */
const STREAM = '/subscribe';
const MOST_WITH_STREAM = 12;
const MOST_WITHOUT = 60;

export const TEN_MINUTES: Section = {
  name: 'ten-minutes',
  title: 'A ten-minute upgrade',
  about: `Three containers that pull their image for more than three minutes each, one after the other: what Rancher is asked meanwhile. Each contender upgrades ${SERVICES} such services at the same time.`,
  run: tenMinutes,
};

interface ServiceCost {
  readonly service: string;
  readonly ownMinutes: number;
  /** Requests that name the service, by its id or its name. */
  readonly own: number;
  readonly history: HistorySize | null;
}

interface Cost {
  readonly contender: Contender;
  readonly services: readonly ServiceCost[];
  /** Requests that name no service (projects, stacks), as one asks them that is alone. */
  readonly lookups: number;
  /** Event streams that were opened, for all services together. */
  readonly streams: number;
  readonly requests: readonly Passed[];
}

async function tenMinutes({ quick, say }: SectionOptions): Promise<SectionFigures> {
  const { contenders, versions, notes } = await everybody(say);
  const names = Array.from({ length: SERVICES }, (_, at) => `s${at + 1}`);
  const pullMillis = quick ? QUICK_PULL_MILLIS : PULL_MILLIS;
  const world = await World.open({
    contenders,
    services: names.map((name) => ({ name, scale: SCALE, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
    behaviours: names.map((name) => ({ image: `docker:example/${name}:2`, pullMillis })),
    policy: { stallLimit: '30m' },
  });
  try {
    say(
      `${contenders.length} × ${SERVICES} upgrades at once, about ${Math.round((SCALE * pullMillis) / 60_000)} minutes`,
    );
    for (const { proxy } of world.lanes) proxy.reset();
    const costs = await Promise.all(world.lanes.map((lane) => upgradeAll(world, lane, names, say)));
    const figures = figuresOf(costs);
    return { ...figures, notes: [...figures.notes, ...notes], versions };
  } finally {
    await world.close();
  }
}

async function upgradeAll(
  world: World,
  lane: Lane,
  names: readonly string[],
  say: (line: string) => void,
): Promise<Cost> {
  const { contender, project, proxy } = lane;
  const runs = await Promise.all(
    names.map(async (name) => ({ name, ...(await runMeasured(world.command(lane, name, `example/${name}:2`))) })),
  );
  const failed = runs.find(({ code }) => code !== 0);
  if (failed !== undefined)
    throw new Error(`${contender.label}: ${String(failed.code)}\n${failed.output.slice(-2000)}`);
  const { requests } = proxy.traffic();
  say(`${contender.label}: ${requests.length} requests for ${names.length} services`);
  const journal = await world.journal(lane, 0);
  const naming: RegExp[] = [];
  const services = await Promise.all(
    names.map(async (service) => {
      const { service: shown } = await world.stack.rancher.service(project, STACK_NAME, service);
      const names_ = new RegExp(`/services/${String(shown['id'])}(?:[/?]|$)|[?&]name=${service}(?:&|$)`);
      naming.push(names_);
      const { posted, upgraded } = momentsOf(journal.filter(({ name }) => name === service));
      return {
        ...{ service, own: requests.filter(({ path }) => names_.test(path)).length },
        ownMinutes: ((upgraded ?? NaN) - (posted ?? NaN)) / 60_000,
        history:
          contender.drover === undefined ? null : await historySize(world.stack, world.workflowId(lane, service)),
      };
    }),
  );
  const shared = requests.filter(({ path }) => !naming.some((names_) => names_.test(path)));
  const streams = shared.filter(({ path }) => path.includes(STREAM)).length;
  // Where deployments share what they ask, one that is alone asks each of it once; else each has asked it for itself.
  const lookups =
    contender.drover === undefined
      ? (shared.length - streams) / names.length
      : byKind(shared).length - Math.min(1, streams);
  return { contender, services, lookups, streams, requests };
}

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: "Rancher's own: upgrade, minutes", unit: 'count' },
  { title: '**Requests**', unit: 'count' },
  { title: 'about the service', unit: 'count' },
  { title: 'lookups', unit: 'count' },
  { title: 'streams opened, for all', unit: 'count' },
  { title: 'Events of history', unit: 'count' },
  { title: 'Size of history', unit: 'kB' },
];

function figuresOf(costs: readonly Cost[]): Figures {
  const all = costs.map((cost) => ({ ...cost, requestsEach: requestsEach(cost) }));
  return {
    tables: [
      { title: 'For each service', columns: COLUMNS, rows: all.map(row) },
      {
        title: `All requests of each contender, for its ${SERVICES} services`,
        columns: [{ title: '' }, { title: 'Requests' }],
        rows: all.map(({ contender, requests }) => [
          contender.label,
          byKind(requests)
            .map(([kind, count]) => `${count} × ${kind}`)
            .join(', '),
        ]),
      },
    ],
    charts: [
      {
        ...{ kind: 'bars', name: 'ten-minutes', title: 'Requests to Rancher for a ten-minute upgrade', unit: 'count' },
        parts: ['requests'],
        bars: all.map(({ contender, requestsEach: each }) => ({ label: contender.label, values: [each?.median ?? 0] })),
      },
    ],
    targets: all.flatMap(({ contender: { label, drover }, requestsEach: each }): Target[] =>
      drover === undefined
        ? []
        : [
            {
              ...{ what: `${label}: requests for a ten-minute upgrade`, unit: 'count' },
              ...{ limit: drover.events ? MOST_WITH_STREAM : MOST_WITHOUT, measured: each?.median ?? null },
            },
          ],
    ),
    notes: [
      `Median [least–most] of the ${SERVICES} services, each counted as if it were alone. What names no service by its id or its name (lookups of environments and stacks) Drover’s deployments share where they ask at the same time: here each has the whole of it. The event stream is none of one deployment’s requests: a worker opens one for as long as it has anything to deploy there.`,
      'The stall limit is 30 minutes, since one container alone is pulled for more than three of them.',
    ],
  };
}

const requestsEach = ({ services, lookups }: Cost): Spread | null => spreadOf(services.map(({ own }) => own + lookups));

function row({
  contender,
  services,
  lookups,
  streams,
  requestsEach: each,
}: Cost & { requestsEach: Spread | null }): Cell[] {
  return [
    contender.label,
    spreadOf(services.map(({ ownMinutes }) => ownMinutes)),
    each,
    spreadOf(services.map(({ own }) => own)),
    lookups,
    streams,
    spreadOf(services.map(({ history }) => history?.events ?? null)),
    spreadOf(services.map(({ history }) => (history === null ? null : history.bytes / 1000))),
  ];
}
