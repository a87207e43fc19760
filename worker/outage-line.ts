import type { CircuitChange } from '../rancher/circuit';
import type { PreparedEnvironment } from './config/prepare-environment';

/** What is said of a Rancher that went, or is back: one line for all deployments that wait for it. */
export function outageLine(
  { alias, webUrl }: Pick<PreparedEnvironment, 'alias' | 'webUrl'>,
  change: CircuitChange,
): string {
  switch (change.to) {
    case 'open':
      return `Rancher of ${alias} (${webUrl}) does not answer: deployments there wait, and it is asked now and then until it does. ${change.cause}`;
    case 'closed':
      return `Rancher of ${alias} (${webUrl}) answers again, after ${Math.max(1, Math.round(change.awayMillis / 1000))} s; ${change.heldBack} requests were held back`;
    default:
      throw new TypeError(`unknown change ${String(change satisfies never)}`);
  }
}
