import type { PreparedEnvironment } from '../config/prepare-environment';
import type { StreamChange } from './project-watch';

/** What is said of an event stream that went, or is back: one line for all deployments. Null: nothing. */
export function streamLine(
  { alias, webUrl }: Pick<PreparedEnvironment, 'alias' | 'webUrl'>,
  change: StreamChange,
): string | null {
  switch (change.to) {
    case 'up':
      return null;
    case 'deaf':
      return `Rancher's event stream of ${alias} (${webUrl}) is open and tells nothing: service ${change.serviceId} changed and no event came of it. Deployments there are read more often instead, until events come again`;
    case 'heard':
      return `Rancher's event stream of ${alias} (${webUrl}) tells again what changes`;
    case 'lost':
      return `Rancher's event stream of ${alias} (${webUrl}) does not open: deployments there are read more often instead, and it is tried again until it does. ${change.why}`;
    case 'back':
      return `Rancher's event stream of ${alias} (${webUrl}) is open again, after ${Math.max(1, Math.round(change.awayMillis / 1000))} s`;
    default:
      throw new TypeError(`unknown change ${String(change satisfies never)}`);
  }
}
