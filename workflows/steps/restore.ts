import type { ProgressClock } from '../../decision/progress-clock';
import { startClock, tick } from '../../decision/progress-clock';
import { proofOf } from '../../decision/proof';
import { roundStep } from '../../decision/round-step';
import { hasVersions, ownershipOf } from '../../decision/round';
import { pauseMillis, waitMillis } from '../../decision/schedule';
import type { ConfigVersion, ServiceSnapshot } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import { kindOfState } from '../../decision/service-state';
import { diagnose, interruptible, isOutage, mayBeUnderWay, readService } from '../calls';
import type { Deployment } from '../deployment';
import type { RestoreNeeded } from '../endings';
import { mendAccess } from '../mend-access';
import { interfered } from './interfered';

/**
 * Brings the former configuration back and proves by version that it runs. Nobody breaks this off; when it does not get on, it parks.
 *
 * @returns `nothing` when Rancher never took anything of ours
 * @throws Ended when somebody else moved the service
 */
export async function restore(deployment: Deployment, needed: RestoreNeeded): Promise<'restored' | 'nothing'> {
  const posted = deployment.round !== null;
  if (!posted && !deployment.underWay && !deployment.settlingOthers) return 'nothing';
  // Afterwards the containers that tell it are gone.
  if (posted && !needed.asked) await diagnose(deployment);
  deployment.restoring = true;
  deployment.restoresForRetry = needed.then === 'again';
  deployment.enter('rolling-back', `${needed.reason}: restoring`);
  try {
    // An activity that was called off may have left a request under way: it is waited out before anything is judged.
    if (deployment.underWay) await deployment.untilNothingIsUnderWay();
    return posted ? await rollBack(deployment) : await settleOthers(deployment);
  } finally {
    deployment.restoring = false;
  }
}

async function rollBack(deployment: Deployment): Promise<'restored' | 'nothing'> {
  const { policy } = deployment;
  let since = Date.now();
  let clock = startClock(since);
  let planned = policy.pollMinMillis;
  let sent = false;
  for (;;) {
    const service = await readService(deployment, true);
    pin(deployment, service, sent);
    const step = roundStep(service, deployment.ours, 'restored');
    let isAtWork = step.do === 'wait';
    let missing = `the service is ${service.state}${service.message === null ? '' : `: ${service.message}`}`;
    switch (step.do) {
      case 'nothing-posted':
        return 'nothing';
      case 'interfered':
        throw interfered(service, step.why);
      case 'rollback': {
        const answer = await sendRollback(deployment);
        // It may have been taken all the same, in an attempt before the last.
        sent ||= answer !== 'not-now';
        isAtWork = answer === 'sent';
        if (answer === 'interrupted') {
          deployment.takeRetry();
          continue;
        }
        if (answer === 'parked') {
          [since, clock] = begunAnew();
          continue;
        }
        break;
      }
      case 'prove': {
        const proof = await proveRestored(deployment, service);
        if (proof === 'restored') return 'restored';
        missing = proof;
        break;
      }
      default:
        break;
    }
    clock = tick(clock, Date.now(), planned, service, deployment.ours.base ?? []);
    if (await parkedWhenStuck(deployment, clock, missing)) {
      [since, clock] = begunAnew();
      continue;
    }
    // Whether it is proven, or would take a rollback now, no event tells.
    const watched = deployment.nudges.watched && isAtWork;
    const { leastLookMillis } = deployment.nudges;
    const limitMillis = policy.rollbackLimitMillis;
    planned = waitMillis(Date.now() - since, policy, { watched, leastLookMillis, limitMillis });
    await deployment.pause(planned, `for Rancher to restore the former configuration (${service.state})`);
    deployment.takeRetry();
  }
}

/**
 * Completes what is known of our round from a read: the versions of a POST whose reply was lost, and those to which Rancher's rollback
 * of an adopted upgrade returns.
 */
function pin(deployment: Deployment, service: ServiceSnapshot, rollbackSent: boolean): void {
  const round = deployment.ours;
  if (round.accepted === null && ownershipOf(service, round) === 'ours') {
    deployment.round = { ...round, accepted: versionsOf(service) };
    deployment.roundsPosted = Math.max(deployment.roundsPosted, round.number);
  } else if (round.accepted !== null && round.base === null && rollbackSent && !hasVersions(service, round.accepted))
    deployment.round = { ...round, base: versionsOf(service) };
}

async function sendRollback(deployment: Deployment): Promise<'sent' | 'not-now' | 'unsure' | 'interrupted' | 'parked'> {
  const { activities } = deployment.at;
  const called = await interruptible(deployment, () =>
    activities.act.rollBackUpgrade({ ...deployment.about, round: deployment.ours }),
  );
  if (called.kind === 'value') {
    deployment.service = called.value.service;
    const { state } = called.value.service;
    const said = called.value.outcome === 'sent' ? 'Rancher accepted it' : `not sent, for the service was ${state}`;
    deployment.tries.answered('rollback', said);
    if (called.value.outcome === 'sent') {
      deployment.note('info', 'Rancher accepted the rollback');
      pin(deployment, called.value.service, true);
    }
    return called.value.outcome;
  }
  if (called.kind === 'interrupted') return 'interrupted';
  deployment.tries.failed('rollback', called);
  if (!isOutage(called.type)) {
    await deployment.park(
      called.message,
      mendAccess(called.type, 'roll an upgrade back', deployment.request.environment),
    );
    return 'parked';
  }
  deployment.note('warning', `whether the rollback was taken is not known: ${called.message}`);
  if (mayBeUnderWay(called)) await deployment.untilNothingIsUnderWay();
  return 'unsure';
}

/** @returns `restored`, or what is missing */
async function proveRestored(deployment: Deployment, service: ServiceSnapshot): Promise<string> {
  const base: readonly ConfigVersion[] = deployment.ours.base ?? [];
  if (service.state === 'inactive') {
    if (deployment.wasInactive) return 'restored';
    throw interfered(service, 'somebody else deactivated the service');
  }
  const proof = proofOf(service, base, 'active');
  if (proof.status === 'proven' || proof.status === 'unprovable') {
    if (!deployment.wasInactive) return 'restored';
    const { activities } = deployment.at;
    const called = await interruptible(deployment, () =>
      activities.act.deactivateService({ ...deployment.about, versions: base }),
    );
    if (called.kind === 'failed') deployment.tries.failed('deactivate', called);
    if (called.kind === 'failed' && isOutage(called.type) && mayBeUnderWay(called))
      await deployment.untilNothingIsUnderWay();
    return 'the service is to be deactivated again';
  }
  return proof.reasons.join('; ');
}

/** A pending upgrade of somebody else's that we had begun to settle: Rancher completes that before the deployment ends. */
async function settleOthers(deployment: Deployment): Promise<'nothing'> {
  let since = Date.now();
  let clock = startClock(since);
  for (;;) {
    const service = await readService(deployment, true);
    if (service.removed || kindOfState(service.state) !== 'moving') {
      deployment.findWhetherSettled(service);
      return 'nothing';
    }
    const planned = pauseMillis(Date.now() - since, deployment.policy);
    clock = tick(clock, Date.now(), planned, service, []);
    if (await parkedWhenStuck(deployment, clock, `the service is ${service.state}`)) {
      [since, clock] = begunAnew();
      continue;
    }
    await deployment.pause(planned, `until the service has settled (${service.state})`);
    deployment.takeRetry();
  }
}

/** Parks when nothing got on for the limit; true when it did, and somebody asked to go on. */
async function parkedWhenStuck(deployment: Deployment, clock: ProgressClock, missing: string): Promise<boolean> {
  if (!deployment.isStuck(clock, deployment.policy.rollbackLimitMillis)) return false;
  await diagnose(deployment);
  await deployment.park(
    `the former configuration does not come back: ${missing}`,
    'Look at the service in Rancher, and at its containers and hosts: something keeps the old containers from coming back.',
  );
  return true;
}

/** After a park: a retry acts at once, and is given its whole time. */
function begunAnew(): [since: number, clock: ProgressClock] {
  return [Date.now(), startClock(Date.now())];
}
