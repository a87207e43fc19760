import type { Verdict } from '../../../decision/verdict';
import type { DeploymentResult } from '../../../workflows/contract';
import type { Nudge } from '../../../workflows/contract';
import { EXAMINE, LIST_PENDING, NUDGE, PLAN_UPGRADE, SHOW_CONFIG } from '../../../workflows/contract';
import { ONE_BATCH, rancherSays, Scene, STACK } from '../../workflows/scene';
import type { Played } from './played';
import { hasEnded } from './played';

/** Between the first of two containers and the second: as good as for ever. */
const ENDLESS = { batchSize: 1, batchIntervalMillis: 3_600_000 };

function path(name: string, verdict: Verdict, play: (one: Scene) => Promise<DeploymentResult>): Played {
  return { name, play: async (rig) => hasEnded(name, await play(new Scene(rig, name)), verdict) };
}

/** Deployments of one service: each verdict, and each way round. */
export const deployments: readonly Played[] = [
  path('parked-for-good', 'needs-attention', (one) => {
    one.fault({ action: 'finishupgrade', times: 0, effect: { kind: 'status', status: 401 } });
    return one.deploy({ overrides: ONE_BATCH });
  }),
  path('nobody-serves-it', 'unreachable', (one) => one.deploy({ environment: 'rig-nobody' })),
  path('plain', 'succeeded', (one) => one.deploy({ overrides: ONE_BATCH })),
  path('nudged', 'succeeded', async (one) => {
    one.behave(2, { pullMillis: 10_000 });
    const deploying = await one.start({ overrides: ONE_BATCH });
    await one.until(deploying, 'waiting');
    await deploying.signal<[Nudge]>(NUDGE, { saw: 'progress', state: 'upgrading', running: 1, expected: 2 });
    await deploying.signal<[Nudge]>(NUDGE, { saw: 'nearly-done', state: 'upgrading' });
    return deploying.result();
  }),
  path('unchanged', 'unchanged', (one) => one.deploy({ image: one.image(1) })),
  path('redeployed', 'succeeded', (one) => one.deploy({ image: one.image(1), redeploy: true, overrides: ONE_BATCH })),
  path('with-settings', 'succeeded', (one) =>
    one.deploySettings({ variables: { TOKEN: 'known' }, labels: { tier: 'two' }, overrides: ONE_BATCH }),
  ),
  path('unknown-reference', 'invalid', (one) => one.deploy({ variables: { TOKEN: 'nowhere' } })),
  path('not-there', 'refused', (one) => one.rig.deploy(one.asked({ service: `${one.name}-at-all` }))),
  path('rejected-by-rancher', 'failed', (one) => {
    one.fault({ action: 'upgrade', times: 0, effect: rancherSays(422, 'InvalidOption', 'imageUuid') });
    return one.deploy();
  }),
  path('never-starts', 'rolled-back', (one) => {
    one.behave(2, { startFails: true });
    return one.deploy({ overrides: ONE_BATCH });
  }),
  path('lost-reply', 'succeeded', (one) => {
    one.fault({ action: 'upgrade', effect: { kind: 'reset-after' } });
    return one.deploy({ overrides: ONE_BATCH });
  }),
  path('rancher-fails-for-a-while', 'succeeded', (one) => {
    one.fault({ method: 'GET', times: 2, effect: { kind: 'status', status: 502 } });
    return one.deploy({ overrides: ONE_BATCH });
  }),
  path('pending-rolled-back', 'succeeded', async (one) => {
    await one.upgradeByHand(9);
    await one.reaches('upgraded');
    return one.deploy({ overrides: ONE_BATCH });
  }),
  path('pending-finished', 'succeeded', async (one) => {
    await one.upgradeByHand(9);
    await one.reaches('upgraded');
    return one.deploy({ overrides: { ...ONE_BATCH, onPending: 'finish' } });
  }),
  path('pending-refused', 'refused', async (one) => {
    await one.upgradeByHand(9);
    await one.reaches('upgraded');
    return one.deploy({ overrides: { onPending: 'abort' } });
  }),
  path('adopted', 'succeeded', async (one) => {
    await one.upgradeByHand(2);
    await one.reaches('upgraded');
    return one.deploy();
  }),
  path('confirmed', 'succeeded', async (one) => {
    const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
    await one.until(deploying, 'confirming');
    await deploying.executeUpdate('confirm', { args: [{ by: 'jane' }] });
    return deploying.result();
  }),
  path('confirmed-by-signal', 'succeeded', async (one) => {
    const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
    await one.until(deploying, 'confirming');
    await deploying.signal('confirm', { by: 'jane' });
    return deploying.result();
  }),
  path('never-confirmed', 'rolled-back', (one) => one.deploy({ hold: true, overrides: ONE_BATCH })),
  path('taken-back', 'rolled-back', async (one) => {
    const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
    await one.until(deploying, 'confirming');
    await deploying.executeUpdate('rollback', { args: [{ by: 'jane', why: 'it looks odd' }] });
    return deploying.result();
  }),
  path('cancelled', 'cancelled', async (one) => {
    const deploying = await one.start({ overrides: ENDLESS });
    await one.until(deploying, 'waiting');
    await deploying.executeUpdate('cancel', { args: [{ by: 'jane' }] });
    return deploying.result();
  }),
  path('cancelled-in-temporal', 'cancelled', async (one) => {
    const deploying = await one.start({ overrides: ENDLESS });
    await one.until(deploying, 'waiting');
    await deploying.cancel();
    return deploying.result();
  }),
  path('retried', 'succeeded', async (one) => {
    one.behave(2, { startFails: true });
    const deploying = await one.start({ overrides: ONE_BATCH });
    await one.until(deploying, 'waiting');
    one.behaveAgain(2);
    await deploying.executeUpdate('retry', { args: [{ by: 'jane' }] });
    return deploying.result();
  }),
  path('parked-and-retried', 'succeeded', async (one) => {
    one.fault({ action: 'finishupgrade', effect: { kind: 'status', status: 401 } });
    const deploying = await one.start({ overrides: ONE_BATCH });
    await one.until(deploying, 'parked');
    await deploying.executeUpdate('retry', { args: [{ by: 'jane' }] });
    return deploying.result();
  }),
  path('rolled-back-by-hand', 'interfered', async (one) => {
    const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
    await one.until(deploying, 'confirming');
    await one.byHand('rollback');
    await one.reaches('active');
    await deploying.executeUpdate('confirm', { args: [{ by: 'jane' }] });
    return deploying.result();
  }),
  path('was-inactive', 'rolled-back', async (one) => {
    await one.byHand('deactivate');
    await one.reaches('inactive');
    one.behave(2, { startFails: true });
    return one.deploy({ overrides: ONE_BATCH });
  }),
  {
    name: 'read-only',
    play: async (rig) => {
      const one = new Scene(rig, 'read-only');
      const { client, workflowQueue: taskQueue, alias: environment } = rig;
      const workflowId = `plan/${environment}/${one.name}`;
      await client.workflow.execute(PLAN_UPGRADE, { taskQueue, workflowId, args: [rig.request(one.asked())] });
      const listId = `pending/${environment}/${one.name}`;
      await client.workflow.execute(LIST_PENDING, { taskQueue, workflowId: listId, args: [{ environment }] });
      const examineId = `examine/${environment}/${one.name}`;
      await client.workflow.execute(EXAMINE, { taskQueue, workflowId: examineId, args: [{ environment }] });
      const configId = `config/${environment}/${one.name}`;
      const args = [{ environment, stack: STACK, services: [one.name] }];
      await client.workflow.execute(SHOW_CONFIG, { taskQueue, workflowId: configId, args });
    },
  },
];
