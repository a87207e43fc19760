import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Permission } from '../decision/permission';
import type { ServiceSnapshot } from '../decision/service-snapshot';
import { RefusedByStateError } from '../rancher/errors/refused-by-state-error';
import type { JsonObject } from '../rancher/json';
import type { ServiceAction } from '../rancher/rancher-client';
import { redactor } from '../rancher/redact';
import { actionFailure, failure, mayHaveHappened } from './classify-failure';
import type { About, ActOutcome } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { Lease } from './lease';
import type { OpenService, WithContainers } from './open-service';
import { openService, snapshotOrRemoved } from './open-service';

interface ActOptions {
  readonly body?: (open: OpenService) => JsonObject;
  /** What the decision needs. Default: nothing but the service itself. */
  readonly containers?: WithContainers;
  /**
   * Fails as `Unsent` where the first attempt cannot even read: only then it is certain that nothing of the action was ever sent. Default
   * false: it is attempted again.
   */
  readonly tellsUnsent?: boolean;
}

/**
 * Sends one action, and only when a fresh read allows it. After an answer that may hide an effect it reads once more; where that does not
 * tell either, the activity fails: what comes next, and not before the request cannot be under way any more, is the workflow's to decide.
 */
export async function readAndAct(
  deps: ActivityDependencies,
  about: About,
  action: ServiceAction,
  lease: Lease,
  signal: AbortSignal,
  decide: (snapshot: ServiceSnapshot, open: OpenService) => Permission,
  { body, containers = 'never', tellsUnsent = false }: ActOptions = {},
): Promise<ActOutcome> {
  const { target, policy } = about;
  const open = await openService(deps, about, containers, signal).catch((error: unknown) => {
    if (activityInfo().attempt > 1) throw afterEarlierAttempt(error);
    throw tellsUnsent && mayPass(error) ? failure('Unsent', error.message) : error;
  });
  if (open === null) return { outcome: 'not-now', service: snapshotOrRemoved(null, target.serviceId) };
  const permission = decide(open.snapshot, open);
  if (permission !== 'send') return { outcome: permission === 'done' ? 'sent' : 'not-now', service: open.snapshot };

  const payload = body?.(open);
  lease.assertHeldFor(policy.requestTimeoutMillis);
  try {
    // No signal here: an action that was begun is not broken off, since nobody could tell what became of it.
    const answer = await open.client.act(target.projectId, target.serviceId, action, payload, undefined, open.hidden);
    return { outcome: 'sent', service: open.see(answer) };
  } catch (error) {
    const refused = error instanceof RefusedByStateError;
    if (!refused && !mayHaveHappened(error)) throw redacted(open, actionFailure(error));
    const again = await openService(deps, about, containers, signal).catch(() => undefined);
    const unknown = redacted(open, actionFailure(error));
    if (again === undefined) throw unknown;
    const snapshot = snapshotOrRemoved(again, target.serviceId);
    if (again !== null && decide(snapshot, again) === 'done') return { outcome: 'sent', service: snapshot };
    if (refused) return { outcome: 'not-now', service: snapshot };
    throw unknown;
  }
}

/**
 * A read that is refused for good (a key that was taken away meanwhile) does not tell that nothing was changed when an earlier attempt
 * may have sent the action: only a later read can.
 */
function afterEarlierAttempt(error: unknown): unknown {
  return error instanceof ApplicationFailure && error.nonRetryable === true
    ? failure('UnknownOutcome', error.message)
    : error;
}

function mayPass(error: unknown): error is ApplicationFailure {
  return error instanceof ApplicationFailure && error.nonRetryable !== true;
}

/** A failure's message without the values of the service's configuration. */
function redacted(open: OpenService, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  error.message = redactor(open.hidden)(error.message);
  return error;
}
