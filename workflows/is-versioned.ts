/** Set by a versioned worker before it loads the workflows' code; see `versionedBundle` of the worker. */
const FLAG = 'droverIsVersioned';

/**
 * Whether the worker that runs this code takes part in Worker Versioning. A workflow that says how it behaves towards versions is refused
 * by Temporal from a worker that has none: every task of it would fail.
 */
export const isVersioned: boolean = Reflect.get(globalThis, FLAG) === true;
