import type { Fault } from '../../../simulator/faults';
import type { Row } from './row';
import type { RowScene } from './row-scene';

/** What rows are made of: services, arguments and moments that come again and again. Simulated times pass twenty times as fast. */

/** Between the first of two containers and the second: as good as for ever. The service stays in `upgrading`. */
export const ENDLESS = ['--batch-interval', '1h'];
/** Both of two containers at once. */
export const ONE_BATCH = ['--batch-size', '2', '--batch-interval', '100ms'];
/** Verified, and watched for a while before the finish. */
export const SOAK = [...ONE_BATCH, '--soak', '4s'];
export const HOLD = [...ONE_BATCH, '--hold'];

/** Two containers. */
export const PAIR: NonNullable<Row['service']> = { scale: 2 };
/** Two seconds until a container of the new image runs. */
export const SLOW: NonNullable<Row['behaviour']> = { pullMillis: 40_000 };

/** Somebody's upgrade to another image is pending. */
export const pending = (state: NonNullable<NonNullable<Row['service']>['state']>): NonNullable<Row['service']> => ({
  scale: 2,
  state,
  pendingLaunchConfig: { imageUuid: 'docker:example/other:9' },
});

export const UNHEALTHY: Pick<Row, 'service' | 'behaviour'> = {
  service: {
    launchConfig: {
      healthCheck: { port: 80, interval: 2000, healthyThreshold: 2, unhealthyThreshold: 3, initializingTimeout: 60000 },
    },
  },
  behaviour: { neverHealthy: true },
};

/** A refusal in Rancher's own words. */
export const rancherSays = (status: number, code: string, fieldName: string | null = null): Fault['effect'] => ({
  kind: 'status',
  status,
  body: JSON.stringify({ type: 'error', status, code, fieldName }),
  headers: { 'Content-Type': 'application/json' },
});

/** The request for an action takes so long to have its effect: what happens meanwhile happens before it. */
export const late =
  (action: string, millis: number) =>
  (one: RowScene): Promise<void> =>
    one.fault({ action, effect: { kind: 'delay', millis } });

/** An action is taken, and its reply is lost until the request time-out (two seconds). */
export const lostReply =
  (action: string) =>
  (one: RowScene): Promise<void> =>
    one.fault({ action, effect: { kind: 'hang-after' } });

/** An action is not allowed (until the faults are lifted). */
export const forbidden =
  (action: string, times = 1) =>
  (one: RowScene): Promise<void> =>
    one.fault({ action, times, effect: { kind: 'status', status: 403, body: 'Forbidden' } });

export const inTurn =
  (...steps: readonly ((one: RowScene) => Promise<unknown>)[]) =>
  async (one: RowScene): Promise<void> => {
    for (const step of steps) await step(one);
  };

export const waiting = (one: RowScene): Promise<void> => one.reaches('waiting');
export const verifying = async (one: RowScene): Promise<void> => {
  await one.logs(/good; watching them/);
};
export const does =
  (action: string, body?: unknown) =>
  (one: RowScene): Promise<void> =>
    one.person(action, body);
export const scales = (scale: number): ((one: RowScene) => Promise<void>) => does('update', { scale });
export const isNow =
  (state: string) =>
  (one: RowScene): Promise<void> =>
    one.stateIs(state);
export const met = (one: RowScene): Promise<void> => one.met();
export const personUpgrades = (one: RowScene): Promise<void> => one.personUpgrades();
export const madeAgain = (one: RowScene): Promise<void> => one.madeAgain();
export const says =
  (name: Parameters<RowScene['says']>[0]) =>
  (one: RowScene): Promise<string> =>
    one.says(name);
