import type { Notification, NotificationTarget } from '../decision/notification';
import { notifier } from './activity-options';
import { callFailureText } from './calls';

/** What became of one event at one target. */
export interface Told {
  readonly target: string;
  readonly told: boolean;
  /** Why not; empty where it was told. */
  readonly why: string;
}

/**
 * Tells one event to all who want to know it, for as long as that takes (a day at most). It is a workflow of its own, left to itself: no
 * deployment waits for it, and none that ends takes it along.
 */
export async function notify(
  event: Notification,
  targets: readonly NotificationTarget[],
  /** The environment whose worker tells it. */
  by = event.environment,
): Promise<Told[]> {
  const interested = targets.filter(({ events }) => events.includes(event.event));
  return Promise.all(
    interested.map(async ({ name }): Promise<Told> => {
      try {
        await notifier(by, name).deliver({ event, target: name });
        return { target: name, told: true, why: '' };
      } catch (error) {
        return { target: name, told: false, why: callFailureText(error) };
      }
    }),
  );
}
