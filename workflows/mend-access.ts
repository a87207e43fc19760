import type { CallFailure } from './calls';

const KEY =
  'A key is corrected where the worker finds it (a file, say): it is read anew each time, no restart is needed.';

/**
 * What is to be mended where Rancher refused something for good: mostly a key.
 *
 * @param what was to be done: "roll the upgrade back"
 */
export function mendAccess(type: CallFailure, what: string, environment: string): string {
  switch (type) {
    case 'Unauthorised':
      return `Rancher does not accept the key that the worker has for ${environment}: it is wrong, or was deactivated. ${KEY}`;
    case 'Forbidden':
    case 'NotPermitted':
      return `The key that the worker has for ${environment} may not ${what}: in Rancher, make its account a member of that environment (or an owner; a read-only one may only look), or give the worker another key. ${KEY}`;
    default:
      return `Mend what it names. ${KEY}`;
  }
}
