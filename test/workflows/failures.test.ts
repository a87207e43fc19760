import { whyText } from '../../client/cli/show-why';
import { storyOf } from '../../client/deployment-story';
import { DroverClient } from '../../client/drover-client';
import type { Deploying } from '../support/rig';
import { temporalAddress } from '../support/temporal-cli';
import type { Case, Scene } from './scene';
import { HEALTH_CHECK, ONE_BATCH, rancherSays, runCases, STACK } from './scene';

/** A deployment that goes wrong, and what whoever looks at it must find: the cause, and what to do. */
interface Failure {
  readonly title: string;
  readonly service?: Case['service'];
  readonly asked?: Partial<Parameters<Scene['start']>[0]>;
  /** Makes it go wrong, before it is started. */
  readonly before?: (one: Scene) => void | Promise<void>;
  /** Makes it go wrong while it runs. */
  readonly during?: (one: Scene, deploying: Deploying) => Promise<void>;
  readonly ends: string;
  readonly cause: RegExp;
  readonly next: RegExp;
}

const CHECKED: Case['service'] = { launchConfig: { healthCheck: HEALTH_CHECK } };
const FIND_OUT =
  /Find out why \(`drover why \S+ storefront\/\S+ --request \S+`\), then deploy again|Mend what is named here, then/;
const NOTHING_CHANGED = /Nothing was changed/;

const FAILURES: readonly Failure[] = [
  {
    title: 'a container that cannot be started',
    before: (one) => one.behave(2, { startFails: true }),
    ends: 'rolled-back',
    cause: /\(primary, new\): \w+.*Failing \\?\[compute\.instance\.activate\\?\]/,
    next: FIND_OUT,
  },
  {
    title: 'a container that never gets healthy',
    service: CHECKED,
    before: (one) => one.behave(2, { neverHealthy: true }),
    ends: 'rolled-back',
    cause: /\(primary, new\): (running, (initializing|unhealthy)|starting|creating)/,
    next: FIND_OUT,
  },
  {
    title: 'a container that ends',
    before: (one) => one.behave(2, { crashesAfterMillis: 500 }),
    ends: 'rolled-back',
    cause: /\(primary, new\): stopped/,
    next: FIND_OUT,
  },
  {
    title: 'no host has room',
    before: (one) => one.behave(2, { unschedulable: true }),
    ends: 'rolled-back',
    cause: /\(primary, new\): error; Rancher says: Allocation failed: no host has room for it/,
    next: FIND_OUT,
  },
  {
    title: 'a service that is not there',
    asked: { service: 'no-such-service' },
    ends: 'refused',
    cause: /There is no service "no-such-service" in stack "storefront"/,
    next: NOTHING_CHANGED,
  },
  {
    title: 'a stack that is spelled otherwise',
    asked: { stack: 'Storefront' },
    ends: 'refused',
    cause: /it is spelled "storefront"/,
    next: /Correct it and deploy again/,
  },
  {
    title: 'a sidekick that is not there',
    asked: { sidekicks: { logger: 'example/logger:2' } },
    ends: 'invalid',
    cause: /logger/,
    next: /Correct it and deploy again/,
  },
  {
    title: 'a variable that nobody configured',
    asked: { variables: { TOKEN: 'no-such-reference' } },
    ends: 'invalid',
    cause: /variable TOKEN: there is no variable/,
    next: /Correct it and deploy again/,
  },
  {
    title: 'a configuration that Rancher does not take',
    before: (one) => void one.fault({ action: 'upgrade', effect: rancherSays(422, 'InvalidOption', 'imageUuid') }),
    ends: 'failed',
    cause: /InvalidOption.*imageUuid|imageUuid.*InvalidOption/,
    next: /Correct what it names and deploy again/,
  },
  {
    title: 'a key that may read only',
    before: (one) => void one.fault({ action: 'upgrade', effect: rancherSays(403, 'Forbidden') }),
    ends: 'refused',
    cause: /may not|Forbidden/,
    next: /Correct what it names and deploy again/,
  },
  {
    title: "somebody else's pending upgrade, where the policy is to leave it",
    asked: { overrides: { ...ONE_BATCH, onPending: 'abort' } },
    before: async (one) => {
      await one.upgradeByHand(3);
      await one.reaches('upgraded');
    },
    ends: 'refused',
    cause: /upgraded/,
    next: /Settle it in Rancher, or choose another/,
  },
  {
    title: 'somebody rolls it back by hand',
    before: (one) => one.behave(2, { pullMillis: 60_000 }),
    during: async (one, deploying) => {
      await one.until(deploying, 'waiting');
      await one.byHand('rollback');
    },
    ends: 'interfered',
    cause: /somebody else rolled the upgrade back/,
    next: /Find out who did it/,
  },
  {
    title: 'somebody upgrades it by hand',
    asked: { hold: true, overrides: ONE_BATCH },
    during: async (one, deploying) => {
      await one.until(deploying, 'confirming');
      await one.byHand('finishupgrade');
      await one.reaches('active');
      await one.upgradeByHand(4);
      await deploying.signal('confirm');
    },
    ends: 'interfered',
    cause: /somebody else (upgraded the service|finished the upgrade)/,
    next: /Find out who did it/,
  },
  {
    title: 'somebody removes it',
    before: (one) => one.behave(2, { pullMillis: 60_000 }),
    during: async (one, deploying) => {
      await one.until(deploying, 'waiting');
      await one.byHand('remove');
    },
    ends: 'interfered',
    cause: /the service was removed/,
    next: /Find out who did it/,
  },
  {
    title: 'Rancher is away before anything was posted',
    before: (one) => void one.fault({ effect: { kind: 'status', status: 503 }, times: 0, probability: 1 }),
    ends: 'unreachable',
    cause: /Rancher cannot be reached/,
    next: /Try again when it answers/,
  },
  {
    title: 'a rollback that Rancher refuses',
    before: (one) => {
      one.behave(2, { startFails: true });
      one.fault({ action: 'rollback', effect: rancherSays(403, 'Forbidden'), times: 0, probability: 1 });
    },
    ends: 'parked',
    cause: /tried +rollback.*403.*This key may not do that/,
    next: /may not roll an upgrade back: in Rancher, make its account a member[^]*drover retry .*goes on where it stopped/,
  },
  {
    title: 'a rollback that hangs',
    before: (one) => {
      one.behave(2, { startFails: true });
      one.behave(1, { startFails: true });
    },
    ends: 'parked',
    cause: /the former configuration does not come back/,
    next: /drover retry .*goes on where it stopped/,
  },
  {
    title: 'a finish that Rancher refuses',
    before: (one) =>
      void one.fault({ action: 'finishupgrade', effect: rancherSays(403, 'Forbidden'), times: 0, probability: 1 }),
    ends: 'parked',
    cause: /tried +finish.*403/,
    next: /may not finish an upgrade: in Rancher[^]*drover retry .*goes on where it stopped/,
  },
  {
    title: 'a job that ended, and nobody knows how',
    service: (image) => ({ launchConfig: { imageUuid: image, labels: { 'io.rancher.container.start_once': 'true' } } }),
    before: (one) => one.behave(2, { exits: true }),
    ends: 'confirming',
    cause: /start-once ended, and Rancher does not show with which exit code/,
    next: /drover confirm .*finishes the upgrade/,
  },
  {
    title: 'a confirmation that nobody gave',
    asked: { hold: true, overrides: ONE_BATCH },
    ends: 'rolled-back',
    cause: /nobody confirmed within/,
    next: /Deploy again when somebody can confirm it/,
  },
  {
    title: 'a busy service that does not settle',
    asked: { overrides: { ...ONE_BATCH, onPending: 'wait' } },
    before: async (one) => {
      await one.upgradeByHand(3);
      await one.reaches('upgraded');
    },
    ends: 'refused',
    cause: /upgraded/,
    next: /Settle it in Rancher|Deploy again when the service has settled/,
  },
];

interface Metadata {
  readonly currentDetails?: string;
}

const CASES: Case[] = FAILURES.map(({ title, service, asked, before, during, ends, cause, next }) => ({
  title: `${title}: named, with what to do`,
  ...(service === undefined ? {} : { service }),
  run: async (one) => {
    await before?.(one);
    const deploying = await one.start({ overrides: ONE_BATCH, ...asked });
    await during?.(one, deploying);
    const { phase, result } = await one.rig.until(
      deploying,
      (progress) =>
        progress.result !== null || (['parked', 'confirming'].includes(progress.phase) && asked?.hold !== true),
    );
    expect(result?.verdict ?? phase).toBe(ends);
    const { currentDetails } = await deploying.query<Metadata>('__temporal_workflow_metadata');
    expect(currentDetails).toMatch(cause);
    expect(currentDetails).toMatch(next);
    const handle = await client.get(one.rig.alias, asked?.stack ?? STACK, asked?.service ?? one.name);
    if (handle === null) throw new Error('drover why finds no deployment');
    const why = whyText(await storyOf(handle, Date.now()), { json: false, columns: 400 });
    expect(why).toMatch(cause);
    expect(why).toMatch(next);
  },
}));

let client: DroverClient;

describe('whoever looks at a deployment that went wrong finds', () => {
  beforeAll(async () => {
    client = await DroverClient.connect({ address: temporalAddress(), env: {} });
  });
  afterAll(() => client.close());

  test('twenty kinds of failure at least', () => expect(CASES.length).toBeGreaterThanOrEqual(20));
  runCases(CASES, { atOnce: 10, policy: { confirmLimitMillis: 5_000 } });
});
