import type { Store } from './store';
import type { KeySeed } from './world-seed';

/** Makes a key good from now on, in the place of one with its access key. */
export function plantKey(store: Store, key: KeySeed): void {
  const visible =
    key.projects === undefined
      ? null
      : [...store.projects.values()].filter((one) => key.projects?.includes(one.name)).map((one) => one.num);
  revokeKey(store, key.accessKey);
  store.keys.push({ ...key, visible });
}

/** Takes a key away: from now on it is answered with 401, as one that never was. False when there is none. */
export function revokeKey(store: Store, accessKey: string): boolean {
  const at = store.keys.findIndex((one) => one.accessKey === accessKey);
  if (at >= 0) store.keys.splice(at, 1);
  return at >= 0;
}
