import type { Proof } from '../../decision/proof';
import { proofOf, tooManyRestarts } from '../../decision/proof';
import { roundStep } from '../../decision/round-step';
import { untouchedConfigs } from '../../decision/round';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { readService } from '../calls';
import type { Deployment } from '../deployment';
import { interfered } from './interfered';

/** What the gates said of one read. */
export interface Gates {
  readonly service: ServiceSnapshot;
  readonly proof: Proof;
}

/**
 * Holds the new containers of our upgrade against the gates. A failure is looked at twice: a service and its containers are two reads,
 * and somebody may have moved the service between them.
 *
 * @param read a read that was just made; without it, a fresh one
 * @throws Ended when somebody else moved the service
 */
export async function readGates(deployment: Deployment, read?: ServiceSnapshot): Promise<Gates> {
  const first = judge(deployment, read ?? (await readService(deployment, true)));
  return first.proof.status === 'failed' ? judge(deployment, await readService(deployment, true)) : first;
}

function judge(deployment: Deployment, service: ServiceSnapshot): Gates {
  const round = deployment.ours;
  const step = roundStep(service, round, 'upgraded');
  if (step.do === 'interfered') throw interfered(service, step.why);
  if (step.do !== 'verify')
    return { service, proof: { status: 'not-yet', reasons: [`the service is ${service.state}`] } };
  const untouched = untouchedConfigs(round);
  const proof = proofOf(service, round.accepted ?? [], 'upgraded', untouched);
  const restarts = tooManyRestarts(service, round.accepted ?? [], deployment.policy.maxRestarts, untouched);
  if (proof.status === 'failed' || restarts === null) return { service, proof };
  return { service, proof: { status: 'failed', reasons: [restarts] } };
}
