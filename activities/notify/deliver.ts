import { cancellationSignal } from '@temporalio/activity';
import type { Notification } from '../../decision/notification';
import { failure } from '../classify-failure';
import type { NotifyActivities } from '../contract';
import type { NotifyDependencies, TargetSettings } from '../dependencies';
import { whyNoAnswer } from '../why-no-answer';
import { composeMessage } from './compose-message';

/** One request to somebody's webhook may take so long, milliseconds. */
const REQUEST_LIMIT_MILLIS = 20_000;
/** An answer that asks for more patience than this is not believed, milliseconds. */
const LONGEST_PAUSE_MILLIS = 3_600_000;

/** The activities of a worker that tells people. */
export function createNotifyActivities(deps: NotifyDependencies): NotifyActivities {
  return {
    deliver: async ({ event, target }) => send(settingsOf(deps, target), event, deps),
  };
}

function settingsOf(deps: NotifyDependencies, target: string): TargetSettings {
  try {
    return deps.target(target);
  } catch (error) {
    // It may be mended while it is tried again: a secret's file that was not there, say.
    throw failure('NotDelivered', error instanceof Error ? error.message : String(error));
  }
}

/** Whatever is no 2xx is tried again, for a day: an event is not given up for a webhook that is being mended. */
async function send(settings: TargetSettings, event: Notification, deps: NotifyDependencies): Promise<void> {
  const { body, contentType } = composeMessage(settings, event, deps.workflowUrl(event.workflowId, event.runId));
  const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(REQUEST_LIMIT_MILLIS)]);
  let response: Response;
  try {
    response = await fetch(settings.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'User-Agent': 'drover', 'Content-Type': contentType, 'Event-Id': event.id, ...settings.headers },
      body,
      signal,
    });
    await response.body?.cancel();
  } catch (error) {
    throw failure('NotDelivered', `no answer: ${whyNoAnswer(error)}`);
  }
  if (response.ok) return;
  const asked = Number(response.headers.get('retry-after'));
  const pause = Number.isFinite(asked) && asked > 0 ? Math.min(asked * 1000, LONGEST_PAUSE_MILLIS) : undefined;
  throw failure('NotDelivered', `answered ${response.status}`, pause);
}
