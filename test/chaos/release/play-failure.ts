import { setTimeout as delay } from 'node:timers/promises';
import { RefusedError } from '../../../client/errors/refused-error';
import type { DeploymentHandle } from '../../../client/deployment-handle';
import { patiently } from '../kill/patiently';
import type { FailingRelease } from './case-plan';
import { SERVICES, SEVENTH } from './case-plan';
import { MAIN, OTHER, STACK } from './release-stack';
import type { ReleaseUnderFire } from './release-under-fire';
import { imageOf } from './release-world';

const PERSON = { by: 'jane', why: 'by hand' } as const;

/** Before the release is asked for. @returns what is to be done after its end */
export async function prepareFailure(
  fire: ReleaseUnderFire,
  { failure, services }: FailingRelease,
): Promise<() => Promise<void>> {
  const { stack } = fire.target;
  const seventh = services[SEVENTH]?.name ?? '';
  if (failure === 'refused-by-rancher')
    await stack.rancher.addFault({
      ...{ service: seventh, action: 'upgrade', times: 0 },
      effect: {
        ...{ kind: 'status', status: 422 },
        body: JSON.stringify({
          type: 'error',
          status: 422,
          code: 'InvalidOption',
          fieldName: 'imageUuid',
          message: 'no',
        }),
      },
    });
  if (failure !== 'busy') return () => Promise.resolve();
  const target = { environment: MAIN.alias, stack: STACK, service: seventh };
  const asked = {
    ...target,
    image: imageOf(seventh, 9),
    hold: true,
    requestId: 'somebody/else',
    author: { by: 'joe' },
  };
  const holder: DeploymentHandle = await patiently(() =>
    stack.client.upgrade({ ...asked, overrides: { batchIntervalMillis: 100 } }),
  );
  await stack.until(STACK, seventh, ({ phase }) => phase === 'confirming');
  return async () => {
    await patiently(() => stack.client.intervene(target, 'cancel', PERSON));
    const { verdict } = await holder.result();
    if (verdict !== 'cancelled') throw new Error(`whoever was busy ended as ${verdict}`);
  };
}

/** While it is under way: what a person does. */
export async function playFailure(fire: ReleaseUnderFire, plan: FailingRelease): Promise<void> {
  const seventh = plan.services[SEVENTH]?.name ?? '';
  switch (plan.failure) {
    case 'moved-rollback':
    case 'moved-finish':
    case 'moved-upgrade':
    case 'moved-delete':
      return moveByHand(fire, seventh, plan.failure);
    case 'parks':
      return park(fire, seventh);
    case 'cancelled':
      return cancel(fire, plan);
    default:
      return;
  }
}

async function moveByHand(fire: ReleaseUnderFire, service: string, how: FailingRelease['failure']): Promise<void> {
  const { rancher } = fire.target.stack;
  const act = (action: string, body?: unknown): Promise<void> =>
    rancher.act({ project: MAIN.project, stack: STACK, service, action, ...(body === undefined ? {} : { body }) });
  if (!(await fire.untilState(service, SEVENTH, 'upgraded'))) return;
  if (how === 'moved-delete') return act('remove');
  await act(how === 'moved-finish' ? 'finishupgrade' : 'rollback');
  if (how !== 'moved-upgrade') return;
  await fire.untilState(service, SEVENTH, 'active');
  const { service: now } = await rancher.service(MAIN.project, STACK, service);
  const launchConfig = { ...(now['launchConfig'] as object), imageUuid: `docker:${imageOf(service, 5)}` };
  await act('upgrade', { inServiceStrategy: { batchSize: 1, intervalMillis: 100, launchConfig } });
}

/** Its key is refused; a person calls the release off, mends the key, and lets it go on. */
async function park(fire: ReleaseUnderFire, service: string): Promise<void> {
  const { stack } = fire.target;
  await fire.untilAction(service, 'upgrade');
  await stack.rancher.revokeKey(OTHER.accessKey);
  await fire.until('parked', ({ participants }) => participants[SEVENTH]?.state === 'parked');
  await intervene(fire, 'cancel');
  await fire.moment();
  await stack.rancher.addKey({
    accessKey: OTHER.accessKey,
    secretKey: `secret-of-${OTHER.project}`,
    role: 'owner',
    projects: [OTHER.project],
  });
  // It may park only now, under what it was told: it is let go on until it is over.
  for (;;) {
    const progress = await fire.progress();
    if (progress !== null && progress.result !== null) return;
    if (progress?.participants[SEVENTH]?.state === 'parked') await intervene(fire, 'retry');
    await delay(500);
  }
}

async function cancel(fire: ReleaseUnderFire, { progress }: FailingRelease): Promise<void> {
  const verified = Math.floor(progress * SERVICES);
  await fire.until(
    `${verified} are verified`,
    ({ participants }) => participants.filter(({ state }) => state === 'verified').length >= verified,
  );
  await fire.moment();
  await intervene(fire, 'cancel');
}

async function intervene(fire: ReleaseUnderFire, name: 'cancel' | 'retry'): Promise<void> {
  try {
    await patiently(() => fire.target.stack.client.interveneRelease(fire.releaseId, name, PERSON));
  } catch (error) {
    // Not now: what came of it is judged by the verdict.
    if (!(error instanceof RefusedError)) throw error;
  }
}
