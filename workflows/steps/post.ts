import type { PreparedUpgrade } from '../../activities/contract';
import { calledConfig } from '../../decision/proof';
import type { Round } from '../../decision/round';
import { versionIn } from '../../decision/round';
import type { ConfigVersion } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import type { Called } from '../calls';
import { interruptible, isOutage, readService, readThrough } from '../calls';
import type { Deployment } from '../deployment';
import { Ended, RestoreNeeded } from '../endings';

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
  const label = policy.label ? `${request.deploymentId}.${number}` : null;
  deployment.enter('upgrading');
  for (let preparation = 1; preparation <= PREPARATIONS; preparation += 1) {
    const prepared = await prepare(deployment, label);
    const round: Round = { number, label, base: prepared.base, posted: prepared.posted, accepted: null };
    deployment.round = round;
    if (number === 1) deployment.wasInactive = prepared.wasInactive;
    const outcome = await postUntilKnown(deployment, round);
    if (outcome === 'accepted') return 'accepted';
    deployment.round = null;
    if (outcome === 'busy') return 'busy';
    deployment.note('warning', 'the service changed between two reads: preparing again');
  }
  return 'busy';
}

async function prepare(deployment: Deployment, label: string | null): Promise<PreparedUpgrade> {
  return readThrough(deployment, (group) => group.prepareUpgrade({ ...deployment.about, label }));
}

async function postUntilKnown(deployment: Deployment, round: Round): Promise<'accepted' | 'busy' | 'changed'> {
  const { activities } = deployment.at;
  for (;;) {
    deployment.throwIfRestoreAsked();
    if (deployment.overdue)
      throw new RestoreNeeded('rolled-back', 'the time was up before Rancher accepted the upgrade');
    deployment.touched = true;
    const called = await interruptible(deployment, () => activities.act.postUpgrade({ ...deployment.about, round }));
    if (called.kind === 'value') {
      const { outcome, service } = called.value;
      deployment.underWay = false;
      deployment.service = service;
      if (outcome === 'accepted') accepted(deployment, round);
      return outcome;
    }
    await afterUncertainty(deployment, called);
  }
}

/** Rancher took it: the versions are pinned as it gave them. */
function accepted(deployment: Deployment, round: Round): void {
  const { service } = deployment;
  if (service === null) return;
  deployment.round = { ...round, accepted: versionsOf(service) };
  deployment.roundsPosted = round.number;
  const isNew = ({ config, version }: ConfigVersion): boolean => versionIn(round.base ?? [], config) !== version;
  const versions = versionsOf(service)
    .filter(isNew)
    .map(({ config, version }) => `${calledConfig(config)} ${version.slice(0, 8)}`);
  deployment.note('info', `Rancher accepted upgrade ${round.number} (${versions.join(', ')})`);
}

/** The POST may or may not have happened: wait until it cannot be under way any more, then look. */
async function afterUncertainty(
  deployment: Deployment,
  called: Exclude<Called<unknown>, { kind: 'value' }>,
): Promise<void> {
  deployment.underWay = true;
  if (called.kind === 'interrupted') {
    deployment.throwIfRestoreAsked();
    deployment.takeRetry();
    // A retry in back-off is called off at once, and the request of the attempt before it may still arrive.
    await deployment.untilNothingIsUnderWay();
    return;
  }
  if (!isOutage(called.type)) {
    deployment.underWay = false;
    if (deployment.roundsPosted > 0)
      throw new Ended(
        'rolled-back',
        `${called.message}; the former configuration was restored before`,
        'Correct it and deploy again.',
      );
    const verdict = called.type === 'Invalid' || called.type === 'Configuration' ? 'failed' : 'refused';
    throw new Ended(verdict, called.message, 'This upgrade was not posted. Correct what it names and deploy again.');
  }
  deployment.note('warning', `whether the upgrade was taken is not known (${called.message}): reading the service`);
  await deployment.untilNothingIsUnderWay();
  await readService(deployment, false);
}
