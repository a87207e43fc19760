import { workflowInfo } from '@temporalio/workflow';
import type { PreparedUpgrade } from '../../activities/contract';
import { calledConfig } from '../../decision/proof';
import type { Round } from '../../decision/round';
import { labelOfRound, ownershipOf, versionIn, wasUndone } from '../../decision/round';
import { pauseMillis } from '../../decision/schedule';
import type { ConfigVersion, ServiceSnapshot } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import type { Called } from '../calls';
import { interruptible, isOutage, mayBeUnderWay, readService, readThrough } from '../calls';
import type { Deployment } from '../deployment';
import type { Ended } from '../endings';
import { RestoreNeeded, unposted } from '../endings';
import { interfered } from './interfered';

/** How often a service that changes under our hands is prepared again before it is settled anew. */
const PREPARATIONS = 3;

/**
 * Posts one upgrade. What will be posted, and on which versions, is in the history before anything is sent; whatever is lost after that
 * is found again by a read.
 *
 * @returns `accepted`, or `busy` when the service has to be settled first
 */
export async function post(deployment: Deployment): Promise<'accepted' | 'busy'> {
  const { request, policy } = deployment;
  const number = deployment.roundsPosted + 1;
  const label = policy.label ? labelOfRound(request.deploymentId, number) : null;
  deployment.enter('upgrading');
  const since = Date.now();
  for (let preparation = 1; preparation <= PREPARATIONS; preparation += 1) {
    const prepared = deployment.takePrepared() ?? (await prepare(deployment, label));
    const { base, namedBefore, posted } = prepared;
    const round: Round = { number, label, base, namedBefore, posted, accepted: null };
    deployment.round = round;
    if (number === 1) deployment.wasInactive = prepared.wasInactive;
    const outcome = await postUntilKnown(deployment, round);
    if (outcome === 'accepted') return 'accepted';
    deployment.round = null;
    if (outcome === 'unsent') {
      // Whoever waits for Rancher now waits with nothing of his there.
      preparation -= 1;
      await deployment.pause(pauseMillis(Date.now() - since, policy), 'and prepare the upgrade anew');
      continue;
    }
    if (outcome === 'busy') return 'busy';
    deployment.note('warning', 'the service changed between two reads: preparing again');
  }
  return 'busy';
}

async function prepare(deployment: Deployment, label: string | null): Promise<PreparedUpgrade> {
  return readThrough(deployment, (group) => group.prepareUpgrade({ ...deployment.about, label }));
}

async function postUntilKnown(
  deployment: Deployment,
  round: Round,
): Promise<'accepted' | 'busy' | 'changed' | 'unsent'> {
  const { activities } = deployment.at;
  // Stays the same where somebody resets the workflow; the activity knows the run that it belongs to.
  const firstRunId = workflowInfo().firstExecutionRunId;
  let unsure = false;
  for (;;) {
    deployment.throwIfRestoreAsked();
    if (deployment.overdue)
      throw new RestoreNeeded('rolled-back', 'the time was up before Rancher accepted the upgrade');
    deployment.touched = true;
    const called = await interruptible(deployment, () =>
      activities.act.postUpgrade({ ...deployment.about, round, firstRunId }),
    );
    if (called.kind === 'value') {
      const { outcome, service } = called.value;
      deployment.nudges.promised(called.value);
      deployment.underWay = false;
      deployment.service = service;
      if (outcome === 'undone') throw undone(service);
      if (outcome === 'replaced') throw replaced(service);
      if (outcome === 'accepted') accepted(deployment, round, service);
      return outcome;
    }
    if (called.kind === 'failed' && called.type === 'Unsent' && !unsure) {
      deployment.tries.failed('upgrade', called);
      return 'unsent';
    }
    if (called.kind === 'failed' && !isOutage(called.type) && !unsure) throw notPosted(deployment, called);
    unsure = true;
    if (called.kind === 'failed') deployment.tries.failed('upgrade', called);
    const service = await lookAfterwards(deployment, called);
    // Nothing is judged, no deadline either, before it is known whether Rancher took it.
    const ownership = ownershipOf(service, round);
    if (ownership === 'ours') {
      accepted(deployment, round, service);
      return 'accepted';
    }
    if (wasUndone(service, round)) throw undone(service);
    // Whether it was taken, nobody can tell any more: to post it again could be the second time.
    if (ownership === 'foreign') throw replaced(service);
    if (called.kind === 'failed' && !isOutage(called.type)) throw notPosted(deployment, called);
  }
}

function undone(service: ServiceSnapshot): Ended {
  return interfered(
    service,
    'somebody else rolled the upgrade back (or this deployment did, before its workflow was reset)',
  );
}

/** Other versions after a POST whose outcome is unknown: somebody moved the service before it was known. */
function replaced(service: ServiceSnapshot): Ended {
  return interfered(
    service,
    service.removed
      ? 'the service was removed'
      : 'somebody else upgraded the service before it was known whether Rancher had taken ours',
  );
}

/** Rancher took it: the versions are pinned as it gave them. */
function accepted(deployment: Deployment, round: Round, service: ServiceSnapshot): void {
  deployment.round = { ...round, accepted: versionsOf(service) };
  deployment.roundsPosted = round.number;
  const isNew = ({ config, version }: ConfigVersion): boolean => versionIn(round.base ?? [], config) !== version;
  const versions = versionsOf(service)
    .filter(isNew)
    .map(({ config, version }) => `${calledConfig(config)} ${version.slice(0, 8)}`);
  deployment.note('info', `Rancher accepted upgrade ${round.number} (${versions.join(', ')})`);
}

/** The POST may or may not have happened: read, once it cannot be under way any more. */
async function lookAfterwards(
  deployment: Deployment,
  called: Exclude<Called<unknown>, { kind: 'value' }>,
): Promise<ServiceSnapshot> {
  deployment.underWay = mayBeUnderWay(called);
  if (called.kind === 'interrupted') {
    deployment.throwIfRestoreAsked();
    deployment.takeRetry();
  } else
    deployment.note('warning', `whether the upgrade was taken is not known (${called.message}): reading the service`);
  if (deployment.underWay) await deployment.untilNothingIsUnderWay();
  return readService(deployment, true);
}

/** Refused for good, and no earlier attempt can have been taken. */
function notPosted(deployment: Deployment, { type, message }: Extract<Called<unknown>, { kind: 'failed' }>): Ended {
  const verdict = type === 'Invalid' || type === 'Configuration' ? 'failed' : 'refused';
  return unposted(deployment, verdict, message, 'This upgrade was not posted. Correct what it names and deploy again.');
}
