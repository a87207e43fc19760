import type { CallFailed, CallFailure } from '../calls';
import { BETWEEN_STRETCHES_MILLIS, interruptible, isOutage, LATE_MILLIS, outageText } from '../calls';
import { ACTIVITY_OPTIONS, activitiesOf } from '../activity-options';
import type { Deployment } from '../deployment';
import { Ended } from '../endings';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Verdict } from '../../decision/verdict';
import { rancherQueue } from '../contract';
import { seconds } from '../seconds';

/** The shortest time for the last look, milliseconds. */
const SHORTEST_MILLIS = 1_000;

/** Loads the policy from the environment's worker and finds the service: names become ids, which are pinned. */
export async function resolve(deployment: Deployment): Promise<void> {
  const { request } = deployment;
  const policy = await loadPolicy(deployment);
  const activities = activitiesOf(request.environment, policy);
  let since = Date.now();
  let said: CallFailed | null = null;
  for (;;) {
    deployment.throwIfRestoreAsked();
    // Not the whole limit again after each interruption, or where the next attempt would come after its end.
    const reachLimitMillis = Math.max(SHORTEST_MILLIS, since + policy.reachLimitMillis - Date.now());
    const due = Date.now() + reachLimitMillis;
    const { find, resolve: stretch } = activitiesOf(request.environment, { ...policy, reachLimitMillis });
    const group = deployment.isAway ? stretch : find;
    const called = await interruptible(deployment, () => group.resolveTarget({ request, policy }));
    if (called.kind === 'value') {
      if (deployment.isAway) deployment.note('info', `Rancher answers again, after ${seconds(Date.now() - since)}`);
      deployment.waitsForAnswer(false);
      const { target, rancherUrl, service, images, prepared } = called.value;
      deployment.resolved = { policy, activities, target };
      deployment.rancherUrl = rancherUrl;
      deployment.images = images;
      deployment.found(service, prepared);
      deployment.note('info', `found ${request.stack}/${request.service} (${target.serviceId}), ${service.state}`);
      return;
    }
    // Told much later than it was due: Temporal itself was away, and nobody had his time.
    if (Date.now() > due + LATE_MILLIS) since = Date.now();
    const left = since + policy.reachLimitMillis - Date.now();
    if (called.kind === 'failed') {
      // A look that is shorter than one attempt may take proves nobody away: what was said at the one before says more.
      if (called.type !== 'TimedOut' || reachLimitMillis > ACTIVITY_OPTIONS.resolveTarget(policy).startToCloseTimeout)
        said = called;
      const { type, message } = said ?? called;
      if (!isOutage(called.type) || left <= 0) throw endedBy(deployment, type, message, Date.now() - since);
    }
    if (called.kind === 'interrupted') continue;
    if (!deployment.isAway) {
      deployment.waitsForAnswer(true);
      deployment.note('warning', `${outageText(deployment, called.type, called.message)}. Trying on.`);
    } else await deployment.pause(Math.min(left, BETWEEN_STRETCHES_MILLIS), 'for Rancher to come back');
  }
}

async function loadPolicy(deployment: Deployment): ReturnType<ReturnType<typeof activitiesOf>['first']['loadPolicy']> {
  const { request } = deployment;
  const { first } = activitiesOf(request.environment, DEFAULT_POLICY);
  for (;;) {
    deployment.throwIfRestoreAsked();
    const due = Date.now() + ACTIVITY_OPTIONS.loadPolicy().scheduleToCloseTimeout;
    const called = await interruptible(deployment, () => first.loadPolicy(request));
    if (called.kind === 'value') {
      deployment.begins(called.value);
      return called.value;
    }
    if (called.kind === 'interrupted') continue;
    if (called.type !== 'TimedOut') throw endedBy(deployment, called.type, called.message, 0);
    // As in `resolve`: nobody was asked for as long as Temporal was away.
    if (Date.now() > due + LATE_MILLIS) continue;
    throw new Ended(
      'unreachable',
      `no worker answered for the environment "${request.environment}" (task queue ${rancherQueue(request.environment)})`,
      'Start a worker that serves it, or correct the name of the environment. Nothing was changed.',
    );
  }
}

const VERDICT_OF: Readonly<Partial<Record<CallFailure, Verdict>>> = {
  Invalid: 'invalid',
  Configuration: 'invalid',
  NotFound: 'refused',
  Unauthorised: 'refused',
  Forbidden: 'refused',
  NotPermitted: 'refused',
};

function endedBy(deployment: Deployment, type: CallFailure, message: string, afterMillis: number): Ended {
  const verdict = VERDICT_OF[type] ?? 'unreachable';
  if (verdict === 'unreachable')
    return new Ended(
      verdict,
      `${outageText(deployment, type, message)} (for ${seconds(afterMillis)})`,
      'Nothing was changed. Try again when it answers.',
    );
  return new Ended(verdict, message, 'Correct it and deploy again. Nothing was changed.');
}
