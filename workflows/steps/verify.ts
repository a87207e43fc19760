import { startClock, tick } from '../../decision/progress-clock';
import type { Proof } from '../../decision/proof';
import { pauseMillis } from '../../decision/schedule';
import type { ServiceSnapshot } from '../../decision/service-snapshot';

import type { Deployment } from '../deployment';
import { RestoreNeeded } from '../endings';
import { seconds } from '../seconds';
import { timestamp } from '../timestamp';
import { readGates } from './gates';
import { OwnGateRuns } from './own-gates';

/** A person wants to know what the next look finds, also where it finds the same. */
const ASKED_FOR = 'asked for';

/** What was told last: a gate has not passed yet; or all that is left is to watch the containers. */
const GATES_OPEN = 'gates open';
const SOAKING = 'soaking';

/**
 * Holds the new containers against the gates while the old ones still exist: their versions, their health, and for how long both hold.
 *
 * @param service the read that found it `upgraded`
 * @param again a person confirmed what was watched before: the gates are read again, once, and not waited for
 * @returns the proof; `unprovable`: a person has to judge what Rancher does not show
 * @throws RestoreNeeded when it will not hold
 */
export async function verify(deployment: Deployment, service: ServiceSnapshot, again: boolean): Promise<Proof> {
  const { policy } = deployment;
  const soakMillis = again ? 0 : policy.soakMillis;
  const own = new OwnGateRuns(deployment, again ? 1 : null);
  deployment.waitsOn([]);
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
    let waitingFor = reasons;
    if (proof.status === 'failed')
      throw new RestoreNeeded('rolled-back', `the new containers are not good: ${reasons}`);
    if (proof.status === 'proven' || proof.status === 'unprovable') {
      const isNew = goodSince === null;
      goodSince ??= now;
      if (isNew) deployment.waitsOn(own.waitsFor());
      const gates = await own.look();
      if (gates.failed !== null) throw new RestoreNeeded('rolled-back', gates.failed);
      const left = Math.max(0, goodSince + soakMillis - Date.now());
      if (left <= 0 && gates.open.length === 0) {
        deployment.note('info', proof.status === 'proven' ? 'proven: the new containers run what was asked' : reasons);
        return proof;
      }
      if (deployment.overdue && gates.open.length > 0)
        throw new RestoreNeeded(
          'rolled-back',
          `the time was up (${seconds(policy.timeoutMillis)}): ${gates.open.join('; ')}`,
        );
      const until = `watching the new containers until ${timestamp(goodSince + soakMillis)}`;
      deployment.waitsOn([...own.waitsFor(), ...(left > 0 ? [until] : [])]);
      const tells = gates.open.length > 0 ? GATES_OPEN : SOAKING;
      if (left > 0 && told !== tells) {
        const lasts = seconds(isNew ? soakMillis : Math.max(1000, left));
        deployment.note(
          'info',
          tells === SOAKING
            ? `good; watching them for ${lasts}`
            : `watching the new containers for ${lasts}, and waiting for ${gatesOf(gates.open.length)}`,
        );
      }
      told = tells;
      planned = Math.min(planned, left > 0 ? left : Infinity, gates.nextMillis ?? Infinity);
      waitingFor = gates.open[0] ?? 'watching the new containers';
    } else {
      if (goodSince !== null) own.begin();
      goodSince = null;
      if (told !== reasons) deployment.note('info', `not yet: ${reasons}`);
      deployment.waitsOn(proof.reasons);
      told = reasons;
      if (deployment.overdue)
        throw new RestoreNeeded('rolled-back', `the time was up (${seconds(policy.timeoutMillis)}): ${reasons}`);
      if (deployment.isStuck(clock, policy.stallLimitMillis))
        throw new RestoreNeeded('rolled-back', `not good for ${seconds(clock.stalledMillis)}: ${reasons}`);
    }
    await deployment.pause(planned, `for the gates: ${waitingFor}`);
    deployment.throwIfRestoreAsked();
    if (deployment.takeRetry()) {
      own.checkNow();
      told = ASKED_FOR;
    }
    const gates = await readGates(deployment);
    proof = gates.proof;
    clock = tick(clock, Date.now(), planned, gates.service, deployment.ours.accepted ?? []);
    if (clock.stalledMillis === 0) deployment.getsOn();
  }
}

function gatesOf(count: number): string {
  return count === 1 ? 'a gate that has not passed yet' : `${count} gates that have not passed yet`;
}
