export { lane } from '../../../workflows/lane';
import type { UpdateDefinition } from '@temporalio/common';
import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { DeploymentRequest } from '../../../decision/request';
import type { Phase } from '../../../decision/phase';
import type {
  Acknowledgement,
  DeploymentResult,
  Intervention,
  Progress,
  UpgradePlan,
} from '../../../workflows/contract';

/**
 * Stands in for the product's workflow where only the client is tested: it waits for a person, and ends as the image's tag says
 * (`:fails` fails as a bug would, `:parks` parks, anything else succeeds on `confirm`).
 */
export async function upgradeService(request: DeploymentRequest): Promise<DeploymentResult> {
  const startedAt = Date.now();
  const tag = request.image?.split(':').at(-1) ?? '';
  let [phase, verdict]: [Phase, DeploymentResult['verdict'] | null] = [tag === 'parks' ? 'parked' : 'confirming', null];
  const taken: string[] = [];
  const progress = (): Progress => ({
    deploymentId: request.deploymentId,
    requestId: request.requestId,
    environment: request.environment,
    stack: request.stack,
    service: request.service,
    phase,
    phaseSince: startedAt,
    startedAt,
    requestedBy: request.author.by,
    requestedWhy: request.author.why ?? null,
    round: 1,
    maxRounds: 3,
    finishSent: false,
    isAway: false,
    images: [],
    state: 'upgraded',
    message: null,
    instances: [],
    instancesAt: null,
    upgraded: [],
    expected: 1,
    rancherUrl: null,
    events: taken.map((text) => ({ at: startedAt, level: 'info' as const, phase, text })),
    eventCount: taken.length,
    next: 'waits',
    waitsFor: [],
    attention: phase === 'parked' ? 'it was told to park' : null,
    person: null,
    diagnosis: null,
    serviceLog: [],
    result: null,
  });
  const end = (name: string, how: DeploymentResult['verdict'], input?: Intervention): void => {
    taken.push(`${name} by ${input?.by ?? 'nobody'}: ${input?.why ?? 'no reason'}`);
    phase = 'done';
    verdict = how;
  };
  setHandler(defineQuery<Progress>('progress'), progress);
  for (const [name, how] of [
    ['confirm', 'succeeded'],
    ['cancel', 'cancelled'],
    ['rollback', 'rolled-back'],
  ] as readonly (readonly [string, DeploymentResult['verdict']])[]) {
    setHandler(defineSignal<[Intervention?]>(name), (input) => end(name, how, input));
    const update: UpdateDefinition<Acknowledgement, [Intervention?]> = defineUpdate(name);
    const acknowledge = (input?: Intervention): Acknowledgement => {
      const met = phase;
      end(name, how, input);
      return { phase: met, meaning: `${name} means this` };
    };
    const validator: (input?: Intervention) => void = () => {
      if (name === 'rollback') throw new Error('rollback is refused by the stand-in');
    };
    setHandler(update, acknowledge, { validator, description: name });
  }
  if (tag === 'fails') throw ApplicationFailure.nonRetryable('a bug', 'Bug');
  await condition(() => verdict !== null);
  return {
    verdict: verdict ?? 'failed',
    reason: taken.join(', '),
    tried: [],
    nextStep: '',
    deploymentId: request.deploymentId,
    requestId: request.requestId,
    environment: request.environment,
    stack: request.stack,
    service: request.service,
    serviceId: '1s1',
    images: [],
    rounds: 1,
    state: 'active',
    rancherUrl: null,
    startedAt,
    endedAt: Date.now(),
    timeline: [],
    diagnosis: null,
    requestedBy: request.author.by,
    requestedWhy: null,
  };
}

/** Refuses every plan, in words. */
export function planUpgrade(request: DeploymentRequest): Promise<UpgradePlan> {
  throw ApplicationFailure.nonRetryable(
    `no plan for ${request.service}`,
    request.service === 'down' ? 'RancherUnreachable' : 'NotFound',
  );
}
