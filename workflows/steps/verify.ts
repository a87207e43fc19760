import { startClock, tick } from '../../decision/progress-clock';
import type { Proof } from '../../decision/proof';
import { pauseMillis } from '../../decision/schedule';
import type { ServiceSnapshot } from '../../decision/service-snapshot';

import type { Deployment } from '../deployment';
import { RestoreNeeded } from '../endings';
import { seconds } from '../seconds';
import { readGates } from './gates';

/**
 * Holds the new containers against the gates while the old ones still exist: their versions, their health, and for how long both hold.
 *
 * @param service the read that found it `upgraded`
 * @param soakMillis for how long they must hold
 * @returns the proof; `unprovable`: a person has to judge what Rancher does not show
 * @throws RestoreNeeded when it will not hold
 */
export async function verify(deployment: Deployment, service: ServiceSnapshot, soakMillis: number): Promise<Proof> {
  const { policy } = deployment;
  deployment.enter('verifying');
  const since = Date.now();
  let clock = startClock(since);
  let goodSince: number | null = null;
  let told = '';
  let { proof } = await readGates(deployment, service);
  for (;;) {
    const reasons = proof.reasons.join('; ');
    const now = Date.now();
    let planned = pauseMillis(now - since, policy);
    if (proof.status === 'failed')
      throw new RestoreNeeded('rolled-back', `the new containers are not good: ${reasons}`);
    if (proof.status === 'proven' || proof.status === 'unprovable') {
      goodSince ??= now;
      const left = goodSince + soakMillis - now;
      if (left <= 0) {
        deployment.note('info', proof.status === 'proven' ? 'proven: the new containers run what was asked' : reasons);
        return proof;
      }
      if (told !== 'soaking') deployment.note('info', `good; watching them for ${seconds(soakMillis)}`);
      told = 'soaking';
      planned = Math.min(planned, left);
    } else {
      goodSince = null;
      if (told !== reasons) deployment.note('info', `not yet: ${reasons}`);
      told = reasons;
      if (deployment.overdue)
        throw new RestoreNeeded('rolled-back', `the time was up (${seconds(policy.timeoutMillis)}): ${reasons}`);
      if (deployment.isStuck(clock, policy.stallLimitMillis))
        throw new RestoreNeeded('rolled-back', `not good for ${seconds(clock.stalledMillis)}: ${reasons}`);
    }
    await deployment.pause(planned, goodSince === null ? `for the gates: ${reasons}` : 'watching the new containers');
    deployment.throwIfRestoreAsked();
    deployment.takeRetry();
    const gates = await readGates(deployment);
    proof = gates.proof;
    clock = tick(clock, Date.now(), planned, gates.service, deployment.ours.accepted ?? []);
    if (clock.stalledMillis === 0) deployment.getsOn();
  }
}
