import type { CopyRequest } from '../../../activities/contract';
import type { Fault } from '../../../simulator/faults';
import type { ServiceSeed, StackSeed } from '../../../simulator/world-seed';
import { RELEASE, SHORT_MILLIS, STACK, TwoEnvironments } from './two-environments';

const CANARY = 'canary-71d0c3aa';
const service = (name: string): ServiceSeed => ({
  name,
  launchConfig: { imageUuid: `docker:example/${name}:1`, environment: { PASSWORD: CANARY } },
});
const stack = (name: string, ...services: ServiceSeed[]): StackSeed => ({ name, services });

let two: TwoEnvironments;
const start = async (prod: StackSeed[] = [], more: Parameters<typeof TwoEnvironments.start>[2] = {}): Promise<void> => {
  two = await TwoEnvironments.start([service('web'), service('api')], prod, more);
};
const COPY: CopyRequest = {
  releaseId: RELEASE,
  from: 'qa',
  to: 'prod',
  stack: STACK,
  service: 'web',
  image: null,
  sidekicks: {},
};
const copy = (name = 'web', releaseId = RELEASE) =>
  two.attempt((activities) => activities.copyService({ ...COPY, service: name, releaseId }));
const removal = (name = 'web') => ({ releaseId: RELEASE, environment: 'prod', stack: STACK, service: name });
const remove = (name?: string) => two.attempt((activities) => activities.removeCopied(removal(name)));

afterEach(async () => {
  await two.close();
  expect(two.said.join('\n')).not.toContain(CANARY);
});

describe('what a release made', () => {
  test('is removed, with the stack that it made', async () => {
    await start();
    await copy();
    expect(await remove()).toEqual({ service: 'removed', stack: 'removed' });
    expect(await two.there()).toEqual({});
    expect(two.accepted()).toEqual(['web: create', 'web: activate', 'web: remove']);
  });

  test('is removed also from the state in which an upgrade left it', async () => {
    await start();
    await copy();
    await two.prod.world.act({
      ...{ project: 'Production', stack: STACK, service: 'web', action: 'upgrade' },
      body: { inServiceStrategy: { launchConfig: two.shown('web').launchConfig } },
    });
    expect(await remove()).toEqual({ service: 'removed', stack: 'removed' });
    expect(await two.there()).toEqual({});
  });

  test('goes service by service, and the stack with the last one', async () => {
    await start();
    await copy('web');
    await copy('api');
    expect(await remove('web')).toEqual({ service: 'removed', stack: 'kept' });
    expect(await two.there()).toEqual({ [STACK]: ['api'] });
    expect(await remove('api')).toEqual({ service: 'removed', stack: 'removed' });
    expect(await two.there()).toEqual({});
  });

  test('all at once: the stack goes too', async () => {
    await start();
    await copy('web');
    await copy('api');
    const outcomes = await Promise.all([remove('web'), remove('api')]);
    expect(outcomes.map(({ service: one }) => one)).toEqual(['removed', 'removed']);
    expect(outcomes.map(({ stack: one }) => one)).toContain('removed');
    expect(await two.there()).toEqual({});
  });

  test('of an attempt that made the stack only, or nothing at all: as much as there is', async () => {
    await start();
    expect(await remove()).toEqual({ service: 'not-there', stack: 'not-there' });
    const body = JSON.stringify({ type: 'error', status: 422, code: 'InvalidReference', fieldName: 'imageUuid' });
    const headers = { 'Content-Type': 'application/json' };
    two.fault({ method: 'POST', pathIncludes: '/services', effect: { kind: 'status', status: 422, body, headers } });
    await expect(copy()).rejects.toMatchObject({ type: 'Invalid' });
    expect(await two.there()).toEqual({ [STACK]: [] });
    expect(await remove()).toEqual({ service: 'not-there', stack: 'removed' });
    expect(await two.there()).toEqual({});
  });

  test('removed before: it is no failure, and nothing is sent', async () => {
    await start([stack(STACK, service('other'))]);
    await copy();
    await remove();
    expect(await remove()).toEqual({ service: 'not-there', stack: 'kept' });
    expect(two.accepted().filter((one) => one.endsWith('remove'))).toEqual(['web: remove']);
  });

  test('though its creation took effect only after its time was up: the attempt waited for that', async () => {
    const requestTimeoutMillis = 2 * SHORT_MILLIS;
    await start([], { requestTimeoutMillis });
    const late = { kind: 'delay', millis: 1.5 * requestTimeoutMillis } as const;
    two.fault({ method: 'POST', pathIncludes: '/services', effect: late });
    await expect(copy()).rejects.toMatchObject({ type: 'RancherUnreachable' });
    expect(await remove()).toEqual({ service: 'removed', stack: 'removed' });
    expect(await two.there()).toEqual({});
    expect(two.accepted()).toEqual(['web: create', 'web: remove']);
  });
});

describe('what a release did not make is left alone', () => {
  test('a service of that name', async () => {
    await start([stack(STACK, service('web'))]);
    expect(await remove()).toEqual({ service: 'not-ours', stack: 'kept' });
    expect(two.accepted()).toEqual([]);
  });

  test('the service of another release, and its stack', async () => {
    await start();
    await copy('web', 'r-another');
    expect(await remove()).toEqual({ service: 'not-ours', stack: 'kept' });
    expect(await two.there()).toEqual({ [STACK]: ['web'] });
  });

  test('one that was made by hand after ours had been removed by hand', async () => {
    await start([stack(STACK, service('other'))]);
    await copy();
    await two.prod.world.act({ project: 'Production', stack: STACK, service: 'web', action: 'remove' });
    await two.attempts((activities) => activities.removeCopied(removal()));
    await copy('web', 'by-hand');
    expect(await remove()).toEqual({ service: 'not-ours', stack: 'kept' });
    expect(await two.there()).toEqual({ [STACK]: ['other', 'web'] });
  });

  test('a stack that was there before, though it is empty now', async () => {
    await start([stack(STACK)]);
    await copy();
    expect(await remove()).toEqual({ service: 'removed', stack: 'kept' });
    expect(await two.there()).toEqual({ [STACK]: [] });
  });

  test('a stack that it made, and in which somebody put something', async () => {
    await start();
    await copy('web');
    await copy('api', 'r-another');
    expect(await remove('web')).toEqual({ service: 'removed', stack: 'kept' });
    expect(await two.there()).toEqual({ [STACK]: ['api'] });
  });

  test('a service with a label of ours in a sidekick alone', async () => {
    const labels = { 'io.drover.created': RELEASE };
    const sidekick = { name: 'side', imageUuid: 'docker:example/side:1', labels };
    await start([stack(STACK, { ...service('web'), secondaryLaunchConfigs: [sidekick] })]);
    expect(await remove()).toEqual({ service: 'not-ours', stack: 'kept' });
    expect(two.accepted()).toEqual([]);
  });
});

describe('when answers are lost', () => {
  const effects: Fault['effect'][] = [
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'hang-before' },
    { kind: 'hang-after' },
    { kind: 'status', status: 503 },
    { kind: 'status-after', status: 503 },
    { kind: 'truncated-json' },
  ];
  const cases = ['/services/', '/stacks/'].flatMap((path) =>
    effects.map((effect) => ({ path, effect, kind: `${effect.kind} of DELETE …${path}` })),
  );
  test.each(cases)('$kind: both are gone at last, removed once', async ({ path, effect }) => {
    await start([], { requestTimeoutMillis: SHORT_MILLIS });
    await two.attempts((activities) => activities.copyService(COPY));
    two.fault({ method: 'DELETE', pathIncludes: path, effect });
    await two.attempts((activities) => activities.removeCopied(removal()));
    expect(two.prod.world.listFaults()).toEqual([]);
    expect(await two.there()).toEqual({});
    expect(two.accepted().filter((one) => one.endsWith('remove'))).toEqual(['web: remove']);
  });

  test('a key that may only read is told, and nothing is tried again', async () => {
    await start(
      [
        stack(STACK, {
          ...service('web'),
          launchConfig: { imageUuid: 'docker:a/b:1', labels: { 'io.drover.created': RELEASE } },
        }),
      ],
      { prodRole: 'readonly' },
    );
    await expect(remove()).rejects.toMatchObject({ type: 'NotPermitted', nonRetryable: true });
  });
});
