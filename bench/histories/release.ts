import { buildRelease } from '../../client/release/build-release';
import { RELEASE_DEFAULTS } from '../../decision/release';
import { seedOf } from '../../test/support/seeds';
import { Stack } from '../../test/support/stack';
import { workflowIdOf } from '../../workflows/contract';
import { laneIdOf } from '../../workflows/lane-contract';
import { releaseWorkflowIdOf } from '../../workflows/release-contract';
import type { Table } from '../figures';
import { spreadOf } from '../figures';
import type { HistorySize } from '../history';
import { historySize } from '../history';

const SPEED = 10;
const SERVICES = 30;
const QUICK_SERVICES = 6;
const PER_WAVE = 6;
/** How long each service pulls its image, in real milliseconds. */
const PULL_MILLIS = 4000;

/** A release of thirty services in waves of six, each of which depends on the one before it: the histories of all that take part. */
export async function measureRelease(quick: boolean, say: (line: string) => void): Promise<Table> {
  const names = Array.from(
    { length: quick ? QUICK_SERVICES : SERVICES },
    (_, at) => `s${String(at + 1).padStart(2, '0')}`,
  );
  const stack = await Stack.start({
    seed: {
      ...seedOf(...names.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:1` } }))),
      behaviours: names.map((name) => ({ image: `example/${name}:2`, pullMillis: SPEED * PULL_MILLIS })),
    },
    ...{ speed: SPEED, quick: false, ownTemporal: true },
  });
  try {
    const target = (service: string) => ({ environment: stack.alias, stack: 'cases', service });
    const services = names.map((name, at) => ({
      ...{ ...target(name), image: `example/${name}:2`, overrides: { batchIntervalMillis: 100 } },
      dependsOn: at < PER_WAVE ? [] : [`${stack.alias}/cases/${names[at - PER_WAVE] ?? ''}`],
    }));
    const input = { ...RELEASE_DEFAULTS, parallelism: PER_WAVE, services };
    const built = buildRelease(input, { requestId: 'release/bench' }, {}, new Date());
    const handle = await stack.client.startRelease(built);
    const told = handle.follow({ watchOn: true });
    let next = await told.next();
    while (next.done !== true) next = await told.next();
    const { verdict } = next.value;
    if (verdict !== 'succeeded') throw new Error(`the release ended as ${verdict}`);
    const sizes = (ids: readonly string[]): Promise<HistorySize[]> =>
      Promise.all(ids.map((id) => historySize(stack, id)));
    const [[coordinator], participants, lanes] = await Promise.all([
      sizes([releaseWorkflowIdOf(built.request.releaseId)]),
      sizes(names.map((name) => workflowIdOf(stack.alias, 'cases', name))),
      sizes(names.map((name) => laneIdOf(stack.alias, 'cases', name))),
    ]);
    if (coordinator === undefined) throw new Error('the release has no history');
    say(`a release of ${names.length}: ${coordinator.events} events, ${(coordinator.bytes / 1000).toFixed(1)} kB`);
    const each = (all: readonly HistorySize[], value: (size: HistorySize) => number) => spreadOf(all.map(value));
    return {
      title: `A release of ${names.length}, in waves of ${PER_WAVE}`,
      columns: [{ title: '' }, { title: 'Events', unit: 'count' }, { title: 'Size', unit: 'kB' }],
      rows: [
        ['The coordinator', coordinator.events, coordinator.bytes / 1000],
        ['for each service', coordinator.events / names.length, coordinator.bytes / 1000 / names.length],
        ...[...coordinator.byPhase].map(([phase, part]) => [`in \`${phase}\``, part.events, part.bytes / 1000]),
        ['A participant', each(participants, ({ events }) => events), each(participants, ({ bytes }) => bytes / 1000)],
        ['A lane', each(lanes, ({ events }) => events), each(lanes, ({ bytes }) => bytes / 1000)],
      ],
    };
  } finally {
    await stack.close();
  }
}
