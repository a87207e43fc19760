import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { Scene } from './scene';

const LIMIT_MILLIS = 120_000;
const UPGRADE = ['upgrade', 'finishupgrade'];
const SLOW_PULL = 60_000;

describe('what happens to the rest', () => {
  let stack: Stack;
  const NAMES = ['client-killed', 'interrupted', 'reset', 'bad-gateway'];
  beforeAll(async () => {
    stack = await Stack.start({
      seed: {
        ...seedOf(
          ...NAMES.map((name) => ({ name, scale: 2, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
        ),
        behaviours: ['client-killed', 'interrupted'].map((name) => ({
          image: `example/${name}:2`,
          pullMillis: SLOW_PULL,
        })),
      },
    });
  }, LIMIT_MILLIS);
  afterAll(() => stack.close());

  const command = (name: string): string[] => [
    ...['upgrade', stack.alias, `cases/${name}`, '--image', `example/${name}:2`],
    ...['--request-id', `build-${name}`],
  ];
  const runsOf = async (name: string): Promise<number> => {
    const found = await stack.client.list({ service: name });
    return found.length;
  };

  test(
    'the command killed with -9 while it follows: run again it attaches; run once more it prints the closed verdict',
    async () => {
      const scene = new Scene(stack, 'client-killed');
      const first = stack.startDrover(command('client-killed'));
      await first.saysOnStdout(/deployment: started/);
      await scene.reaches('waiting');
      expect(await first.kill('SIGKILL')).toMatchObject({ code: null, signal: 'SIGKILL' });

      const second = await stack.drover(command('client-killed'));
      expect(second).toMatchObject({ code: 0, stderr: '' });
      expect(second.stdout).toMatch(/running already: attached to it/);
      expect(second.stdout).toMatch(/verdict: succeeded/);

      const third = await stack.drover(command('client-killed'));
      expect(third).toMatchObject({ code: 0, stderr: '' });
      expect(third.stdout).toMatch(/this request is over/);
      expect(third.stdout).toMatch(/verdict: succeeded/);

      expect(await scene.actions()).toEqual(UPGRADE);
      expect(await runsOf('client-killed')).toBe(1);
    },
    LIMIT_MILLIS,
  );

  test(
    'the command told to end (SIGTERM) while it follows: detached, and the deployment goes on',
    async () => {
      const scene = new Scene(stack, 'interrupted');
      const first = stack.startDrover(command('interrupted'));
      await first.saysOnStdout(/deployment: started/);
      await scene.reaches('waiting');
      const ended = await first.kill('SIGTERM');
      expect(ended).toMatchObject({ code: 5, signal: null });
      expect(ended.stdout).toMatch(/verdict: detached/);
      expect(await stack.drover(command('interrupted'))).toMatchObject({ code: 0 });
      expect(await scene.actions()).toEqual(UPGRADE);
    },
    LIMIT_MILLIS,
  );

  test.each([
    { name: 'reset', how: 'the connection is reset', effect: { kind: 'reset-after' } as const },
    { name: 'bad-gateway', how: 'a proxy answers 502', effect: { kind: 'status-after', status: 502 } as const },
  ])(
    'a lost reply of the upgrade POST ($how): one effective upgrade',
    async ({ name, effect }) => {
      const scene = new Scene(stack, name);
      await scene.fault({ action: 'upgrade', effect });
      // An upgrade that is not recognised as our own would not be adopted for its image either, but rolled back.
      expect(await stack.drover([...command(name), '--redeploy'])).toMatchObject({ code: 0, stderr: '' });
      expect(await stack.rancher.faults()).toEqual([]);
      expect(await scene.actions()).toEqual(UPGRADE);
    },
    LIMIT_MILLIS,
  );
});

describe('the worker told to end (SIGTERM) while the upgrade POST is under way', () => {
  test(
    'it hears the answer, ends with 0, and the next worker goes on',
    async () => {
      const stack = await Stack.start({
        seed: seedOf({ name: 'web', launchConfig: { imageUuid: 'docker:example/web:1' } }),
      });
      try {
        const scene = new Scene(stack, 'web');
        await scene.fault({ action: 'upgrade', effect: { kind: 'delay', millis: 1_500 } });
        await scene.upgrade();
        await scene.faultMet();
        expect(await stack.killWorker('SIGTERM')).toMatchObject({ code: 0, signal: null });
        expect(await scene.actions()).toEqual(['upgrade']);
        await stack.startWorker();
        expect(await scene.outcome()).toMatchObject({ verdict: 'succeeded' });
        expect(await scene.actions()).toEqual(UPGRADE);
        expect(await scene.attempts('postUpgrade')).toEqual([{ attempt: 1, timedOutBy: null }]);
      } finally {
        await stack.close();
      }
    },
    LIMIT_MILLIS,
  );
});
