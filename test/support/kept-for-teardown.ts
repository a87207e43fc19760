import type { DevServer } from '../../worker/temporal-server/start-dev-server';

/** What the set-up leaves for the teardown, which jest loads as another copy of the modules: so it is kept in the process. */
export interface Kept {
  readonly server: DevServer;
  readonly folder: string;
}

const KEY = Symbol.for('drover.test.kept-for-teardown');
const store = process as unknown as Record<symbol, Kept | undefined>;

export function keepForTeardown(kept: Kept): void {
  store[KEY] = kept;
}

export function takeForTeardown(): Kept | undefined {
  const kept = store[KEY];
  store[KEY] = undefined;
  return kept;
}
