import type { InterventionKind } from '../../decision/intervention';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Acknowledgement } from '../../workflows/contract';
import type { Deploying } from '../support/rig';
import { Rig } from '../support/rig';
import { PROJECT, Scene, STACK } from '../workflows/scene';
import type { Place } from '../workflows/messages/places';
import { PLACES } from '../workflows/messages/places';

// `npm run measure:messages`: how soon each message is acknowledged in each phase in which it is taken, and how soon the deployment has
// its verdict after that; under the product's own limits, on a Rancher that is as fast as the recorded one. It prints; nothing is judged.

const SAMPLES = Number(process.env['DROVER_SAMPLES'] ?? 5);
/** Deployments in flight at once. */
const AT_ONCE = Number(process.env['DROVER_AT_ONCE'] ?? 4);
const ACKNOWLEDGED_WITHIN_MILLIS = 1_000;
/** Beyond the time that Rancher itself takes for what the message leads to. */
const ENDED_WITHIN_MILLIS = 10_000;
const HOUR = 3_600_000;

/** One message in one phase. */
interface Cell {
  readonly place: Place;
  readonly kind: InterventionKind;
}

/** Milliseconds. */
interface Sample {
  readonly acknowledged: number;
  /** From the message to the verdict. */
  readonly ended: number;
  /** Of that: the service was in one of Rancher's transitions. */
  readonly rancher: number;
}

const CELLS: readonly Cell[] = PLACES.flatMap((place) =>
  Object.keys(place.taken).map((kind) => ({ place, kind: kind as InterventionKind })),
);
const NAMES = CELLS.flatMap((_, cell) =>
  Array.from({ length: SAMPLES }, (_sample, sample) => `web-${String(cell * SAMPLES + sample + 1).padStart(4, '0')}`),
);

let rig: Rig;
beforeAll(async () => {
  const services = NAMES.map((name, index) => ({
    name,
    scale: 2,
    ...CELLS[Math.floor(index / SAMPLES)]?.place.service,
    launchConfig: { imageUuid: `docker:example/${name}:1` },
  }));
  rig = await Rig.start({
    seed: {
      keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
      projects: [{ name: PROJECT, stacks: [{ name: STACK, services }] }],
    },
    policy: DEFAULT_POLICY,
    speed: 1,
  });
});
afterAll(() => rig.close());

/** Time that a service spent in transitions of Rancher's that were begun after a moment, milliseconds. */
function inTransition(one: Scene, since: number, until: number): number {
  const states = one.journal.filter(({ kind }) => kind === 'state').map(({ at, to }) => ({ at: Date.parse(at), to }));
  return states.reduce((sum, { at, to }, index) => {
    const isOurs = at >= since && to !== 'active' && to !== 'upgraded';
    return isOurs ? sum + Math.min(states[index + 1]?.at ?? until, until) - at : sum;
  }, 0);
}

async function measure({ place, kind }: Cell, name: string): Promise<Sample> {
  const one = new Scene(rig, name);
  const deploying: Deploying = await place.bring(one);
  const since = Date.now();
  await deploying.executeUpdate<Acknowledgement, [{ by: string }]>(kind, { args: [{ by: 'who measures' }] });
  const acknowledged = Date.now() - since;
  if (kind === 'retry' && place.isKept) {
    if (place.phase === 'waiting') await one.rig.eventually(() => one.actions.includes('rollback'));
    await place.letGo(one, deploying);
  }
  const result = await deploying.result();
  const until = Date.now();
  expect(result.verdict).toBe(place.taken[kind]?.verdict);
  return { acknowledged, ended: until - since, rancher: inTransition(one, since, until) };
}

const seconds = (millis: number): string => (millis / 1000).toFixed(2);

/** Least, median and most. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
  return [at(0), at(0.5), at(1)].map(seconds).join(' / ');
}

test(
  `${CELLS.length} messages in phases, ${SAMPLES} times each`,
  async () => {
    const samples = new Map<Cell, Sample[]>();
    const waiting = NAMES.map((name, index) => ({ name, cell: CELLS[Math.floor(index / SAMPLES)] }));
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { name, cell } = next;
        if (cell === undefined) throw new Error(`no cell for ${name}`);
        const sample = await measure(cell, name);
        samples.set(cell, [...(samples.get(cell) ?? []), sample]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const lines = CELLS.map((cell) => {
      const of = samples.get(cell) ?? [];
      const beyond = of.map(({ ended, rancher }) => ended - rancher);
      return `| \`${cell.kind}\` | ${cell.place.name} | ${spread(of.map(({ acknowledged }) => acknowledged))} | ${spread(of.map(({ ended }) => ended))} | ${spread(beyond)} |`;
    });
    const all = [...samples.values()].flat();
    // The soak that goes on after a retry is nobody's delay.
    const ends = [...samples].flatMap(([cell, of]) =>
      cell.place.phase === 'verifying' && cell.kind === 'retry' ? [] : of,
    );
    const goal = (of: readonly number[], limit: number): string => {
      const met = of.filter((millis) => millis <= limit).length;
      return `${met} of ${of.length} within ${seconds(limit)} s: ${met === of.length ? 'met' : 'not met'}`;
    };
    process.stdout.write(
      [
        '',
        'Seconds: least / median / most.',
        '| message | while | acknowledged | verdict | beyond Rancher’s own time |',
        '| --- | --- | --- | --- | --- |',
        ...lines,
        `acknowledged: ${goal(
          all.map(({ acknowledged }) => acknowledged),
          ACKNOWLEDGED_WITHIN_MILLIS,
        )}`,
        `verdict, beyond Rancher’s own time: ${goal(
          ends.map(({ ended, rancher }) => ended - rancher),
          ENDED_WITHIN_MILLIS,
        )}`,
        '',
      ].join('\n'),
    );
    expect(all).toHaveLength(CELLS.length * SAMPLES);
  },
  HOUR,
);
