import { findOutWhy } from '../../decision/find-out-why';
import { patienceWith } from '../../decision/patience';
import type { ProgressClock } from '../../decision/progress-clock';
import { startClock, tick } from '../../decision/progress-clock';
import { baseOfAdopted } from '../../decision/round';
import { askedConfigs } from '../../decision/request';
import { waitMillis } from '../../decision/schedule';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { versionsOf } from '../../decision/service-snapshot';
import { kindOfState } from '../../decision/service-state';
import type { StartStep } from '../../decision/start-step';
import { ownRoundOf, startStep } from '../../decision/start-step';
import { interruptible, isOutage, mayBeUnderWay, readService } from '../calls';
import type { Deployment } from '../deployment';
import { Ended } from '../endings';
import { seconds } from '../seconds';
import { interfered } from './interfered';

/**
 * Brings the service to where an upgrade can be posted: waits out what is moving, and treats what somebody else left pending by the
 * policy. An upgrade that already goes to what was asked is adopted instead.
 *
 * @returns `finished` when an upgrade of this deployment's own was finished before its workflow was reset
 * @throws Ended when there is nothing to do, or nothing that may be done
 */
export async function settle(deployment: Deployment): Promise<'upgrade' | 'adopted' | 'finished'> {
  const { policy, request } = deployment;
  const again = deployment.roundsPosted > 0;
  let service = deployment.service ?? (await readService(deployment, true));
  let clock = startClock(Date.now());
  let since = Date.now();
  let settled = 0;
  let unsure = false;
  for (;;) {
    deployment.throwIfRestoreAsked();
    const step = startStep(service, {
      onPending: policy.onPending,
      redeploy: request.redeploy,
      asked: askedConfigs(request),
      again,
      deploymentId: request.deploymentId,
      patience: patienceWith(service, clock.stalledMillis, policy, deployment.overdue),
    });
    let planned: number;
    if (step.do !== 'wait') deployment.settlingOthers = false;
    if (deployment.overdue && step.do === 'settle' && again) throw interfered(service, step.why);
    if (deployment.overdue && ['upgrade', 'settle', 'adopt'].includes(step.do)) throw tooLate(deployment);
    switch (step.do) {
      case 'upgrade':
        deployment.goesFrom(service);
        return 'upgrade';
      case 'adopt':
        adopt(deployment, service);
        return isPending(service) ? 'adopted' : 'finished';
      case 'unchanged':
        throw alreadyThere(deployment);
      case 'refuse':
        // After a round of ours the service was as before: somebody else moved it since.
        if (again) throw interfered(service, step.why);
        throw new Ended(
          'refused',
          step.why,
          `${deployment.settledOthers === null ? 'Nothing was changed. ' : ''}${step.then ?? 'Settle it in Rancher, or choose another `--on-pending`.'}`,
        );
      case 'settle':
        if (settled >= policy.maxRounds && again) throw interfered(service, `${step.why}, again and again`);
        if (settled >= policy.maxRounds)
          throw new Ended(
            'refused',
            `${step.why}, again and again`,
            'Somebody else keeps upgrading this service: find out who.',
          );
        switch (await settlePending(deployment, service, step, unsure)) {
          case 'taken':
            settled += 1;
            unsure = false;
            break;
          case 'unsure':
            unsure = true;
            break;
          default:
            break;
        }
        since = Date.now();
        planned = policy.pollMinMillis;
        break;
      case 'wait':
        deployment.enter('settling', deployment.phase === 'settling' ? undefined : step.why);
        planned = waitMillis(Date.now() - since, policy, {
          // A restless one is given seconds.
          watched: deployment.nudges.watched && kindOfState(service.state) !== 'flapping',
          leastLookMillis: deployment.nudges.leastLookMillis,
          limitMillis: Math.min(policy.settleLimitMillis, policy.stallLimitMillis),
        });
        planned = Math.max(policy.pollMinMillis, Math.min(planned, deployment.leftMillis));
        break;
      default:
        throw new TypeError(`unknown step ${String(step satisfies never)}`);
    }
    await deployment.pause(planned, `for the service to settle (${service.state})`);
    deployment.throwIfRestoreAsked();
    deployment.takeRetry();
    [service, clock] = await look(deployment, clock, planned);
    deployment.findWhetherSettled(service);
  }
}

/** Rancher still has the upgrade open; else it was finished already. */
function isPending(service: ServiceSnapshot): boolean {
  return !['ready', 'flapping'].includes(kindOfState(service.state));
}

async function look(
  deployment: Deployment,
  clock: ProgressClock,
  plannedMillis: number,
): Promise<[ServiceSnapshot, ProgressClock]> {
  const before = deployment.service?.state;
  const service = await readService(deployment, true);
  if (before !== undefined && before !== service.state)
    deployment.note('info', `the service went from ${before} to ${service.state}`);
  return [service, tick(clock, Date.now(), plannedMillis, service, versionsOf(service))];
}

/** Makes an upgrade that goes to what was asked our own (or finds it to be that already): its versions are pinned. */
function adopt(deployment: Deployment, service: ServiceSnapshot): void {
  const { deploymentId } = deployment.request;
  const own = ownRoundOf(service, { deploymentId, again: deployment.roundsPosted > 0 });
  const number = own ?? deployment.roundsPosted + 1;
  deployment.round = {
    number,
    label: null,
    base: baseOfAdopted(service),
    namedBefore: [],
    posted: [],
    accepted: versionsOf(service),
  };
  deployment.roundsPosted = number;
  if (own !== null) {
    deployment.touched = true;
    deployment.note(
      'info',
      `upgrade ${own} of this deployment was posted before its workflow was reset: going on with it`,
    );
    return;
  }
  const label = service.configs.find(({ deploymentLabel }) => deploymentLabel !== null)?.deploymentLabel;
  const whose = label === undefined ? 'the upgrade' : `an upgrade with the label of deployment ${label}`;
  deployment.note('info', `${whose} that is ${service.state} goes to what was asked: adopting it`);
}

/**
 * Rolls back or finishes what somebody else left pending.
 *
 * @param wasUnsure an earlier attempt may have been taken: then a refusal does not tell that the pending upgrade was left alone
 */
async function settlePending(
  deployment: Deployment,
  service: ServiceSnapshot,
  { action, why }: Extract<StartStep, { do: 'settle' }>,
  wasUnsure: boolean,
): Promise<'taken' | 'not-now' | 'unsure'> {
  deployment.enter('settling', `${why}: ${action === 'rollback' ? 'rolling it back' : 'finishing it'}`);
  const { activities } = deployment.at;
  const called = await interruptible(deployment, () =>
    activities.act.settlePending({ ...deployment.about, action, versions: versionsOf(service) }),
  );
  if (called.kind === 'value' && called.value.outcome === 'not-now') {
    deployment.service = called.value.service;
    return 'not-now';
  }
  if (called.kind === 'failed' && !isOutage(called.type) && !wasUnsure && deployment.roundsPosted > 0)
    throw interfered(service, `${why}, and it could not be settled (${called.message})`);
  if (called.kind === 'failed' && !isOutage(called.type) && !wasUnsure)
    throw new Ended(
      'refused',
      called.message,
      'Mend what it names and deploy again. The pending upgrade was left as it is.',
    );
  const what = `${action === 'rollback' ? 'rollback' : 'finish'} of somebody else's` as const;
  if (called.kind === 'failed') deployment.tries.failed(what, called);
  if (called.kind === 'value') deployment.tries.answered(what, 'Rancher accepted it');
  deployment.touched = true;
  deployment.settlingOthers = true;
  const done = `what somebody else had left pending was ${action === 'rollback' ? 'rolled back' : 'finished'}`;
  if (called.kind === 'value') {
    deployment.settledOthers = done;
    deployment.service = called.value.service;
    return 'taken';
  }
  deployment.settledWithoutAnswer(service, done);
  deployment.underWay = mayBeUnderWay(called);
  deployment.throwIfRestoreAsked();
  // A late rollback must not meet the upgrade that comes next.
  if (deployment.underWay) await deployment.untilNothingIsUnderWay();
  return 'unsure';
}

/** It runs what was asked, and nothing has to be posted; whether nothing was touched either depends on what was pending. */
function alreadyThere(deployment: Deployment): Ended {
  const { settledOthers } = deployment;
  const runs = 'runs what was asked, proven by the version of its containers';
  return settledOthers === null
    ? new Ended('unchanged', `the service already ${runs}`, '')
    : new Ended('succeeded', `${settledOthers}; with that the service ${runs}`, '');
}

/** The cap passed while the service was waited for: nothing is begun any more. */
function tooLate(deployment: Deployment): Ended {
  const reason = `the time was up (${seconds(deployment.policy.timeoutMillis)}) before the service could be upgraded`;
  return deployment.roundsPosted > 0
    ? new Ended(
        'rolled-back',
        `${reason} again; the former configuration was restored before`,
        findOutWhy(deployment.request),
      )
    : new Ended('refused', reason, 'Deploy again when the service has settled, or with a longer `--timeout`.');
}
