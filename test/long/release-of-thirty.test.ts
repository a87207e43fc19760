import { buildRelease } from '../../client/release/build-release';
import { RELEASE_DEFAULTS } from '../../decision/release';
import { workflowIdOf } from '../../workflows/contract';
import { laneIdOf } from '../../workflows/lane-contract';
import { releaseWorkflowIdOf } from '../../workflows/release-contract';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';

// `npm run measure:release`: what a release of thirty services costs Rancher and Temporal, and that a slow one costs Temporal no more.

const MINUTE = 60_000;
const SPEED = 10;
const SERVICES = 30;
const PER_WAVE = 6;
/** How long each service pulls its image, by the tag of that: the second is three times as slow. Real milliseconds. */
const PULLS = { fast: 4_000, slow: 12_000 } as const;
const MOST_EVENTS_PER_SERVICE = 60;
/** Reports that come one by one, or together, make the difference. */
const MORE_EVENTS_PER_SERVICE = 3;

const NAMES = Array.from({ length: SERVICES }, (_, at) => `s${String(at + 1).padStart(2, '0')}`);

interface Cost {
  readonly seconds: number;
  /** Rancher's own, from the upgrade to `upgraded`, of the median service. */
  readonly upgradeSeconds: number;
  readonly requests: number;
  readonly mostOfOneService: number;
  readonly posts: number;
  readonly releaseEvents: number;
  readonly deploymentEvents: number;
  readonly laneEvents: number;
}

describe(`a release of ${SERVICES} services`, () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({
      seed: {
        ...seedOf(...NAMES.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:1` } }))),
        behaviours: NAMES.flatMap((name) =>
          Object.entries(PULLS).map(([tag, millis]) => ({
            image: `example/${name}:${tag}`,
            pullMillis: SPEED * millis,
          })),
        ),
      },
      ...{ speed: SPEED, quick: false },
    });
  }, 2 * MINUTE);
  afterAll(() => stack.close());

  /** Waves of six, each of which depends on the one before it. */
  async function release(tag: keyof typeof PULLS): Promise<Cost> {
    const target = (service: string) => ({ environment: stack.alias, stack: 'cases', service });
    const services = NAMES.map((name, at) => ({
      ...{ ...target(name), image: `example/${name}:${tag}`, overrides: { batchIntervalMillis: 100 } },
      dependsOn: at < PER_WAVE ? [] : [`${stack.alias}/cases/${NAMES[at - PER_WAVE] ?? ''}`],
    }));
    const input = { ...RELEASE_DEFAULTS, parallelism: PER_WAVE, services };
    const built = buildRelease(input, { requestId: `release/${tag}` }, {}, new Date());
    const since = Date.now();
    await stack.rancher.resetRequests();
    const handle = await stack.client.startRelease(built);
    const told = handle.follow({ watchOn: true });
    let next = await told.next();
    while (next.done !== true) next = await told.next();
    const { result } = next.value;
    const states = (await stack.journal()).filter(({ kind, at }) => kind === 'state' && Date.parse(at) >= since);
    const upgradeMillis = NAMES.map((name) => {
      const at = (state: string): number =>
        Date.parse(states.find((entry) => entry.name === name && entry.to === state)?.at ?? '');
      return at('upgraded') - at('upgrading');
    }).sort((one, other) => one - other);
    expect(result).toMatchObject({ verdict: 'succeeded', decision: 'commit' });
    const requests = await stack.rancher.requests();
    const byService = new Map<string, number>();
    for (const { path } of requests) {
      const id = /\/services\/(1s\d+)/.exec(path)?.[1];
      if (id !== undefined) byService.set(id, (byService.get(id) ?? 0) + 1);
    }
    expect(byService.size).toBe(SERVICES);
    const events = async (workflowId: string): Promise<number> => (await stack.history(workflowId)).length;
    const [first = ''] = NAMES;
    return {
      seconds: ((result?.endedAt ?? 0) - (result?.startedAt ?? 0)) / 1000,
      upgradeSeconds: (upgradeMillis[SERVICES / 2] ?? 0) / 1000,
      requests: requests.length,
      mostOfOneService: Math.max(...byService.values()),
      posts: requests.filter(({ method }) => method === 'POST').length,
      releaseEvents: await events(releaseWorkflowIdOf(built.request.releaseId)),
      // The first of all is held for the longest.
      deploymentEvents: await events(workflowIdOf(stack.alias, 'cases', first)),
      laneEvents: await events(laneIdOf(stack.alias, 'cases', first)),
    };
  }

  const lines = (cost: Cost): string[] => [
    `each service takes Rancher ${cost.upgradeSeconds.toFixed(1)} s: ${cost.seconds.toFixed(0)} s in all`,
    `  requests to Rancher     ${cost.requests}, ${(cost.requests / SERVICES).toFixed(1)} for each service, at most ${cost.mostOfOneService} about one; ${cost.posts} of them write`,
    `  events of the release   ${cost.releaseEvents}, ${(cost.releaseEvents / SERVICES).toFixed(1)} for each service (at most ${MOST_EVENTS_PER_SERVICE})`,
    `  events of a deployment  ${cost.deploymentEvents} (of the one that is held for the longest), of its lane ${cost.laneEvents}`,
  ];

  test(
    `costs at most ${MOST_EVENTS_PER_SERVICE} events of history for each service, and no more where it takes three times as long`,
    async () => {
      const fast = await release('fast');
      const slow = await release('slow');
      process.stdout.write(`\n${[...lines(fast), ...lines(slow)].join('\n')}\n`);
      expect(slow.upgradeSeconds).toBeGreaterThan(2 * fast.upgradeSeconds);
      for (const { releaseEvents, posts } of [fast, slow]) {
        expect(releaseEvents).toBeLessThanOrEqual(MOST_EVENTS_PER_SERVICE * SERVICES);
        expect(posts).toBe(2 * SERVICES);
      }
      expect(slow.releaseEvents - fast.releaseEvents).toBeLessThanOrEqual(MORE_EVENTS_PER_SERVICE * SERVICES);
    },
    10 * MINUTE,
  );
});
