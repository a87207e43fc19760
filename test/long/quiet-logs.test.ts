import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { workflowIdOf } from '../../workflows/contract';

const NAMES = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6'];
/** Rancher takes ten minutes for it, at twenty times its speed. */
const ENDLESS_PULL = 12_000_000;
const RETRIES = 30;
/** Long enough for what used to be a hundred lines. */
const TEMPORAL_AWAY_MILLIS = 30_000;
const LIMIT_MILLIS = 240_000;

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('the logs of an outage with many retries', () => {
  let stack: Stack;
  beforeAll(async () => {
    const services = NAMES.map((name) => ({ name, scale: 2, launchConfig: { imageUuid: `docker:example/${name}:1` } }));
    const behaviours = NAMES.map((name) => ({ image: `example/${name}:2`, pullMillis: ENDLESS_PULL }));
    stack = await Stack.start({
      seed: { ...seedOf(...services), behaviours },
      policy: { stallLimit: '10m' },
      ownTemporal: true,
      simulatorProcess: true,
    });
  }, LIMIT_MILLIS);
  afterAll(() => stack.close());

  /** Attempts of activities that failed, of all deployments together, as Temporal counts them. */
  const failedAttempts = async (): Promise<number> => {
    const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    const counts = await Promise.all(
      NAMES.map(async (name) => {
        const handle = client.workflow.getHandle(workflowIdOf(stack.alias, 'cases', name));
        const { raw } = await handle.describe();
        return (raw.pendingActivities ?? []).reduce((sum, { attempt }) => sum + (attempt ?? 1) - 1, 0);
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };

  test(
    'a line when it goes and a line when it is back, for the worker and for each command that follows',
    async () => {
      const [worker] = stack.workers;
      if (worker === undefined) throw new Error('there is no worker');
      const clis = NAMES.map((name) =>
        stack.startDrover(['upgrade', stack.alias, `cases/${name}`, '--image', `example/${name}:2`]),
      );
      // All that each of them says before something happens.
      await Promise.all(clis.flatMap((cli) => [cli.saysOnStdout(/ waiting: /), cli.saysOnStdout(/ in Rancher: /)]));
      const said = (): { worker: number; clis: number[] } => ({
        worker: linesOf(worker.stderr).length,
        clis: clis.map((cli) => linesOf(cli.stdout + cli.stderr).length),
      });
      /** Lines since then, by what they say; each of them has to be one of these. */
      const expectLines = (before: ReturnType<typeof said>, ofWorker: RegExp[], ofClis: RegExp[]): void => {
        const fresh = linesOf(worker.stderr).slice(before.worker);
        expect(fresh).toEqual(ofWorker.map((pattern) => expect.stringMatching(pattern) as string));
        clis.forEach((cli, index) => {
          const lines = linesOf(cli.stdout + cli.stderr).slice(before.clis[index]);
          for (const line of lines) expect(ofClis.some((pattern) => pattern.test(line)) ? '' : line).toBe('');
          expect(lines.length).toBeGreaterThan(0);
          // What it says twice is that the connection is there and no worker has come to it yet.
          expect(lines.length).toBeLessThanOrEqual(4);
        });
      };

      const beforeRancher = said();
      await stack.killSimulator();
      for (let most = 0; most < RETRIES; most = Math.max(most, await failedAttempts())) await delay(250);
      await stack.restartSimulator();
      await Promise.all(clis.map((cli) => cli.saysOnStdout(/Rancher answers again/)));
      await stack.until('cases', 'web-1', () => /answers again, after/.test(worker.stderr));
      expectLines(
        beforeRancher,
        [
          /WARN {2}Rancher of \S+ \(http:\S+\) does not answer: .*ECONNREFUSED/,
          /WARN {2}Rancher of .* answers again, after \d+ s/,
        ],
        [/WARNING .* waiting: Rancher cannot be reached: /, /INFO .* waiting: Rancher answers again, after/],
      );

      const beforeTemporal = said();
      await stack.killTemporal();
      await delay(TEMPORAL_AWAY_MILLIS);
      await stack.restartTemporal();
      await Promise.all(clis.map((cli) => cli.saysOnStdout(/client: .* answers again/)));
      await stack.until('cases', 'web-1', () => /Temporal answers again/.test(worker.stderr));
      expectLines(
        beforeTemporal,
        [/WARN {2}Temporal does not answer; .*retried \d+ times/, /WARN {2}Temporal answers again, after about \d+ s/],
        [
          /WARNING .* client: the connection to Temporal is lost; the deployment goes on/,
          /WARNING .* client: no worker answers/,
          /INFO .* client: (?:Temporal|the worker) answers again/,
        ],
      );
      for (const cli of clis) expect(cli.stdout).toContain('the connection to Temporal is lost');
      expect(clis.every(({ running }) => running)).toBe(true);
    },
    LIMIT_MILLIS,
  );
});
