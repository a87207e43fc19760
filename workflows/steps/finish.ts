import { startClock, tick } from '../../decision/progress-clock';
import { proofOf } from '../../decision/proof';
import { untouchedConfigs } from '../../decision/round';
import { roundStep } from '../../decision/round-step';
import { pauseMillis } from '../../decision/schedule';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { diagnose, interruptible, isOutage, mayBeUnderWay, readService } from '../calls';
import type { Deployment } from '../deployment';
import { Ended } from '../endings';
import { mendAccess } from '../mend-access';
import { seconds } from '../seconds';
import { interfered } from './interfered';

/**
 * Finishes our upgrade and proves once more what runs. From the first attempt on there is no way back: what goes wrong now needs a
 * person, not a rollback.
 *
 * @returns `again` when the gates did not hold any more and nothing was sent
 * @throws Ended with the verdict
 */
export async function finish(deployment: Deployment, acceptUnprovable: boolean): Promise<'again'> {
  const { policy } = deployment;
  deployment.throwIfRestoreAsked();
  deployment.finishSent = true;
  deployment.enter('finishing', 'finishing the upgrade: from here there is no way back');
  let since = Date.now();
  let clock = startClock(since);
  let waited = 0;
  let { sent, after } = await send(deployment, acceptUnprovable);
  if (sent === 'not-now') {
    deployment.finishWasNotSent();
    return 'again';
  }
  for (;;) {
    const service = after ?? (await readService(deployment, true));
    after = null;
    clock = tick(clock, Date.now(), waited, service, deployment.ours.accepted ?? []);
    const step = roundStep(service, deployment.ours, 'finished');
    if (step.do === 'interfered') throw interfered(service, step.why);
    // A finished upgrade ends in `active`, whatever the service was before.
    if (service.state === 'inactive') throw interfered(service, 'somebody else deactivated the service');
    let missing = `the service is ${service.state}`;
    if (step.do === 'prove') {
      const proof = proofOf(service, deployment.ours.accepted ?? [], 'active', untouchedConfigs(deployment.ours));
      if (proof.status === 'proven' || (proof.status === 'unprovable' && acceptUnprovable)) throw succeeded(deployment);
      missing = proof.reasons.join('; ');
    }
    if (deployment.isStuck(clock, policy.finishLimitMillis)) {
      await diagnose(deployment);
      if (step.do === 'prove')
        throw new Ended(
          'needs-attention',
          `finished, but not proven: ${missing}`,
          'Look at the containers in Rancher; deploy again when it is mended.',
        );
      const why = sent === 'unsure' ? 'Rancher does not take the finish' : 'the finish hangs';
      await deployment.park(`${why}: ${missing}`, 'Look at the service and its containers in Rancher.');
      // A retry acts at once, and is given its whole time.
      since = Date.now();
      clock = startClock(since);
    }
    const paused = Date.now();
    if (step.do === 'finish') {
      ({ sent } = await send(deployment, acceptUnprovable));
      // None was taken, and none is under way: the gates decide anew.
      if (sent === 'not-now' && isStillToFinish(deployment)) {
        deployment.finishWasNotSent();
        return 'again';
      }
    }
    const planned = pauseMillis(Date.now() - since, policy);
    await deployment.pause(planned, `for Rancher to finish the upgrade (${missing})`);
    deployment.takeRetry();
    // Time in which Rancher answers, but does not take the finish, is no outage.
    waited = sent === 'away' ? planned : Date.now() - paused;
  }
}

function isStillToFinish({ service, ours }: Deployment): boolean {
  return service !== null && roundStep(service, ours, 'finished').do === 'finish';
}

interface Sent {
  readonly sent: 'sent' | 'not-now' | 'unsure' | 'away';
  /** What a read found a moment later, with the containers; null where there was none. */
  readonly after: ServiceSnapshot | null;
}

/**
 * Sends the finish, in a few attempts. None of them had an answer: `unsure` where Rancher answers reads all the same, `away` where
 * neither it nor a worker answers at all.
 */
async function send(deployment: Deployment, acceptUnprovable: boolean): Promise<Sent> {
  const { activities } = deployment.at;
  for (;;) {
    const called = await interruptible(deployment, () =>
      activities.act.finishUpgrade({ ...deployment.about, round: deployment.ours, acceptUnprovable }),
    );
    if (called.kind === 'interrupted') {
      deployment.takeRetry();
      continue;
    }
    if (called.kind === 'value') {
      const { service, after = null } = called.value;
      deployment.saw(after ?? service);
      const { state } = service;
      const said = called.value.outcome === 'sent' ? 'Rancher accepted it' : `not sent, for the service was ${state}`;
      deployment.tries.answered('finish', said);
      return { sent: called.value.outcome, after };
    }
    deployment.tries.failed('finish', called);
    // Rancher was away before anything was sent: the gates decide anew when it is back.
    if (called.type === 'Unsent') return { sent: 'not-now', after: null };
    if (isOutage(called.type)) {
      deployment.note('warning', `whether the finish was taken is not known: ${called.message}`);
      // A finish that comes late must not meet what somebody upgrades next.
      if (mayBeUnderWay(called)) await deployment.untilNothingIsUnderWay();
      return { sent: called.type === 'UnknownOutcome' ? 'unsure' : 'away', after: null };
    }
    await deployment.park(called.message, mendAccess(called.type, 'finish an upgrade', deployment.request.environment));
  }
}

function succeeded(deployment: Deployment): Ended {
  const took = seconds(Date.now() - deployment.log.startedAt);
  const images = deployment.images.map(({ config, to }) => `${config} runs ${to}`).join(', ');
  const unconfirmed = deployment.unconfirmed ? '; nobody confirmed it in time, and the policy is to finish then' : '';
  return new Ended(
    'succeeded',
    `${images === '' ? 'the settings are in place' : images}, proven by version, after ${took}${unconfirmed}`,
    '',
  );
}
