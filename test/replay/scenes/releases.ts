import type { ReleaseGate } from '../../../decision/release-gate';
import type { Verdict } from '../../../decision/verdict';
import type { ReleaseResult } from '../../../workflows/release-contract';
import { ReleaseScene } from '../../support/release-scene';
import type { Played } from './played';
import { hasEnded } from './played';

const CHAIN = { a: [], b: ['a'] } as const;

function path(name: string, verdict: Verdict, play: (one: ReleaseScene) => Promise<ReleaseResult>): Played {
  return { name, play: async (rig) => hasEnded(name, await play(new ReleaseScene(rig, name)), verdict) };
}

/** Two services as one transaction: each decision, and each way to it. */
export const releases: readonly Played[] = [
  path('committed', 'succeeded', async (one) => (await one.start(CHAIN)).result()),
  path('probed', 'succeeded', async (one) => {
    const url = `${one.rig.simulator.url}/v2-beta`;
    const gate: ReleaseGate = {
      ...{ name: 'closed', kind: 'http', environment: one.rig.alias, url, asks: url, status: 401, headers: {} },
      ...{ passes: 2, everyMillis: 200, withinMillis: 20_000, timeoutMillis: 5_000 },
    };
    return (await one.start(CHAIN, { gates: [gate] })).result();
  }),
  path('one-fails', 'rolled-back', async (one) => {
    one.behave('b', 2, { startFails: true });
    return (await one.start(CHAIN)).result();
  }),
  path('all-run-it', 'unchanged', async (one) =>
    (await one.start(CHAIN, {}, (service) => ({ image: one.image(service, 1) }))).result(),
  ),
  path('one-is-missing', 'refused', async (one) => (await one.start({ ...CHAIN, nobody: [] })).result()),
  path('confirmed-together', 'succeeded', async (one) => {
    const running = await one.start(CHAIN, { confirm: 'manual' });
    await one.until(({ phase }) => phase === 'confirming');
    await running.executeUpdate('confirm', { args: [{ by: 'jane' }] });
    return running.result();
  }),
  path('recalled', 'cancelled', async (one) => {
    const running = await one.start(CHAIN, { confirm: 'manual' });
    await one.until(({ phase }) => phase === 'confirming');
    await running.executeUpdate('cancel', { args: [{ by: 'jane' }] });
    return running.result();
  }),
  path('rolled-back-together', 'rolled-back', async (one) => {
    const running = await one.start(CHAIN, { confirm: 'manual' });
    await one.until(({ phase }) => phase === 'confirming');
    await running.executeUpdate('rollback', { args: [{ by: 'jane' }] });
    return running.result();
  }),
  path('lost-its-coordinator', 'rolled-back', async (one) => {
    const running = await one.start(CHAIN, { confirm: 'manual' });
    await one.until(({ phase }) => phase === 'confirming');
    await running.terminate('by hand');
    // Its deployments find that nobody decides, and go back.
    const [result] = await Promise.all(['a', 'b'].map((service) => one.deployment(service).result()));
    return result as ReleaseResult;
  }),
];

export const RELEASE_STACKS: readonly string[] = releases.map(({ name }) => name);
