import type { WorldSeed } from '../../simulator/world-seed';
import { lastingPorts } from '../support/production/lasting-ports';
import { Page } from '../support/scrape';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { waitFor } from '../worker/wait-for';
import { Command } from './command';

const LIMIT_MILLIS = 120_000;

function seed(): WorldSeed {
  return seedOf(
    ...['slow'].map((name) => ({ name, scale: 1, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
  );
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

describe("a worker's health", () => {
  let stack: Stack;
  let [health, metrics] = ['', ''];

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`http://${health}${path}`, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  }

  beforeAll(async () => {
    const [one = 0, other = 0] = await lastingPorts('127.0.0.1', 2);
    [health, metrics] = [`127.0.0.1:${one}`, `127.0.0.1:${other}`];
    stack = await Stack.start({
      seed: seed(),
      ownTemporal: true,
      policy: { requestTimeout: '10s' },
      extraYaml: `worker: { healthAddress: "${health}", metricsAddress: "${metrics}", shutdownGraceTime: 20s }\n`,
    });
  }, LIMIT_MILLIS);
  afterAll(() => stack.close());

  const parkedHere = async (): Promise<number> =>
    (await Page.read(metrics)).value('drover_deployments_parked', { environment: stack.alias });
  const failures = async (): Promise<number> => (await Page.read(metrics)).value('drover_count_failures_total');

  test('a worker that polls is healthy and ready', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, body: { status: 'healthy' } });
    expect(await ask('/readyz?verbose')).toEqual({ status: 200, body: { status: 'ready' } });
    expect(await ask('/readyz', { method: 'HEAD' })).toEqual({ status: 200, body: {} });
    expect(await ask('/readyz', { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await ask('/')).toMatchObject({ status: 404 });
  });

  test(
    'without Temporal it is not ready, and yet healthy: a restart would not help; what it cannot count is no number',
    async () => {
      await waitFor('the deployments to be counted', async () => (await parkedHere()) === 0);
      expect(await failures()).toBe(0);
      await stack.killTemporal();
      const gone = Date.now();
      expect(await ask('/readyz')).toMatchObject({
        status: 503,
        body: { status: 'not ready', missing: { temporal: expect.stringMatching(/\S/) } },
      });
      // An orchestrator's own probe mostly waits no longer.
      expect(Date.now() - gone).toBeLessThan(5_000);
      expect(await ask('/healthz')).toMatchObject({ status: 200 });
      await waitFor('the count to be unknown', async () => Number.isNaN(await parkedHere()), 60_000);
      expect(await failures()).toBeGreaterThanOrEqual(1);

      await stack.restartTemporal();
      await waitFor('it to be ready', async () => (await ask('/readyz')).status === 200, 60_000);
      await waitFor('the deployments to be counted', async () => (await parkedHere()) === 0, 60_000);
    },
    LIMIT_MILLIS,
  );

  test('a search attribute that somebody removed is missing', async () => {
    const name = 'DroverRequest';
    await stack.connection.operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes: [name] });
    await waitFor('it to be not ready', async () => (await ask('/readyz')).status === 503);
    expect((await ask('/readyz')).body).toEqual({
      status: 'not ready',
      missing: { searchAttributes: expect.stringMatching(/DroverRequest.*"drover setup"/) },
    });
    await stack.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { [name]: 2 },
    });
    await waitFor('it to be ready', async () => (await ask('/readyz')).status === 200);
  });

  test(
    'told to end, it is not ready at once, while what is under way goes on; then nobody answers',
    async () => {
      const command = new Command(stack, 'slow');
      await command.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 8_000 } });
      const deploying = command.startUpgrade();
      await waitFor('the POST to be under way', async () => (await stack.rancher.faults()).length === 0);
      const ending = stack.killWorker('SIGTERM');
      await waitFor('it to be not ready', async () => (await ask('/readyz')).status === 503, 2_000);
      expect((await ask('/readyz')).body).toMatchObject({
        missing: {
          pollers: expect.stringMatching(/^the worker of the task queue drover\S* is (stopp|drain)(ing|ed)$/),
        },
      });
      expect(await ask('/healthz')).toMatchObject({ status: 200 });
      expect(await command.actions()).toEqual([]);
      expect(await ending).toMatchObject({ code: 0 });
      expect(await command.actions()).toEqual(['upgrade']);
      await expect(ask('/healthz')).rejects.toThrow('fetch failed');
      await stack.startWorker();
      expect(await ask('/readyz')).toMatchObject({ status: 200 });
      expect(await deploying.ended).toMatchObject({ code: 0 });
    },
    LIMIT_MILLIS,
  );
});
