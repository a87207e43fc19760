import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Phase } from '../../decision/phase';
import type { Verdict } from '../../decision/verdict';
import type { WorldSeed } from '../../simulator/world-seed';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { Command, STACK } from './command';
import { expectPlain, jsonLines, resultOf } from './said';

/** Between the first of two containers and the second: as good as for ever. */
const ENDLESS = ['--batch-size', '1', '--batch-interval', '1h'];
/** Longer than it takes to take a key away, shorter than a request may take. */
const WHILE_A_KEY_GOES = 4_000;

/** A deployment that loses its key in a phase, and where it ends once the key is corrected. */
interface Loss {
  readonly service: string;
  readonly phase: Phase;
  readonly args: readonly string[];
  /** Brings it to where the key is taken away. */
  readonly until: (command: Command) => Promise<void>;
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly actions: readonly string[];
  /** What can still be done besides `retry`. */
  readonly canCancel: boolean;
  /** Something of the kind was tried, and refused. */
  readonly tried: RegExp;
}

const LOSSES: readonly Loss[] = [
  {
    service: 'waiting',
    phase: 'waiting',
    args: ['--batch-size', '2'],
    until: (command) => command.reaches('waiting'),
    verdict: 'succeeded',
    exitCode: 0,
    actions: ['upgrade', 'finishupgrade'],
    canCancel: true,
    tried: / tried: read: once, at \S+Z; the answer: .*401/,
  },
  {
    service: 'restoring',
    phase: 'rolling-back',
    args: ENDLESS,
    until: async (command) => {
      await command.fault({ action: 'rollback', effect: { kind: 'delay', millis: WHILE_A_KEY_GOES } });
      await command.reaches('waiting');
      expect((await command.run('rollback', '--why', 'wrong tag')).code).toBe(0);
      await met(command);
    },
    verdict: 'rolled-back',
    exitCode: 3,
    actions: ['upgrade', 'rollback'],
    canCancel: true,
    tried: / tried: rollback: once, at \S+Z; the answer: .*401/,
  },
  {
    service: 'finishing',
    phase: 'finishing',
    args: ['--batch-size', '2'],
    until: async (command) => {
      await command.fault({ action: 'finishupgrade', effect: { kind: 'delay', millis: WHILE_A_KEY_GOES } });
      await met(command);
    },
    verdict: 'succeeded',
    exitCode: 0,
    actions: ['upgrade', 'finishupgrade'],
    canCancel: false,
    tried: / tried: finish: once, at \S+Z; the answer: .*401/,
  },
];

/** Waits until the request that is to meet a fault has come. */
async function met({ stack, service }: Command): Promise<void> {
  for (const deadline = Date.now() + 30_000; ;) {
    const waiting = (await stack.rancher.faults()).filter((fault) => fault.service === service);
    if (waiting.length === 0) return;
    if (Date.now() >= deadline) throw new Error(`${service}: the request did not come`);
    await delay(20);
  }
}

const NEVER_HEALTHY = 'docker:example/waiting:2';
const HEALTH_CHECK = {
  port: 80,
  interval: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  initializingTimeout: 60000,
};

const accessKey = (service: string): string => `ACCESS-${service}`;
const secretFile = (service: string): string => `secret-${service}`;

function seed(): WorldSeed {
  return {
    keys: LOSSES.map(({ service }) => ({
      accessKey: accessKey(service),
      secretKey: `first-secret-of-${service}`,
      role: 'owner' as const,
    })),
    projects: LOSSES.map(({ service }) => ({
      name: `Project ${service}`,
      stacks: [
        {
          name: STACK,
          services: [
            {
              name: service,
              scale: 2,
              launchConfig: {
                imageUuid: `docker:example/${service}:1`,
                ...(service === 'waiting' ? { healthCheck: HEALTH_CHECK } : {}),
              },
            },
          ],
        },
      ],
    })),
    // Until it is parked.
    behaviours: [{ image: NEVER_HEALTHY, neverHealthy: true }],
  };
}

describe('a key that is taken away in the middle of a deployment', () => {
  let stack: Stack;
  const about = ({ service }: Loss): Command => new Command(stack, service, service);

  beforeAll(async () => {
    stack = await Stack.start({
      seed: seed(),
      policy: { requestTimeout: '8s', stallLimit: '2m' },
      environments: Object.fromEntries(
        LOSSES.map(({ service }) => [
          service,
          { project: `Project ${service}`, accessKey: accessKey(service), secretFile: secretFile(service) },
        ]),
      ),
    });
  }, 120_000);
  afterAll(() => stack.close());

  async function correct({ service }: Loss): Promise<void> {
    const secretKey = `second-secret-of-${service}`;
    await stack.rancher.addKey({ accessKey: accessKey(service), secretKey, role: 'owner' });
    writeFileSync(join(stack.folder, secretFile(service)), `${secretKey}\n`);
  }

  async function attention(): Promise<Ended> {
    return stack.drover(['list', '--attention', '--json']);
  }

  test('parks it with the reason; a corrected key and a retry bring it to its right end, also with another worker', async () => {
    const parked = await Promise.all(
      LOSSES.map(async (loss) => {
        const command = about(loss);
        const running = command.startUpgrade(...loss.args);
        await loss.until(command);
        await stack.rancher.revokeKey(accessKey(loss.service));
        return running.ended;
      }),
    );
    await Promise.all(
      LOSSES.map(async (loss, index) => {
        const command = about(loss);
        const ended = parked[index];
        if (ended === undefined) throw new Error('it did not end');
        expect([loss.service, ended.code, ended.stderr]).toEqual([loss.service, 4, '']);
        expectPlain(ended, command.target, 'needs-attention');
        expect(ended.stdout).toMatch(/ reason: The deployment is parked: .*401.*Unauthorized/);
        expect(ended.stdout).toMatch(loss.tried);
        expect(ended.stdout).toContain(`"drover retry ${command.target}" goes on where it stopped`);
        expect(ended.stdout.includes(`"drover cancel ${command.target}"`)).toBe(loss.canCancel);
        expect(ended.stdout).toMatch(/ rancher: http:\/\/\S+\/env\/1a\d+\/apps\/stacks\/1st\d+\/services\/1s\d+/);

        const [status, forMachines] = await Promise.all([command.run('status'), command.run('status', '--json')]);
        expect(status.stdout).toMatch(/phase +parked for /);
        expect(status.stdout).toMatch(/attention +.*401/);
        expect(status.stdout).toMatch(/tried +\w+: once/);
        expect(status.stdout).toContain(`drover retry ${command.target} # goes on where it stopped`);
        expect(status.stdout).toMatch(/by itself it ends as needs-attention in \d+ d/);
        expect(status.stdout).toMatch(/^ {2}service +\S.* · as read last, before \S+Z$/m);
        const why = await command.run('why');
        expect(why.stdout).toMatch(/^ {2}service +\S.* \(read at \S+Z\)$/m);
        // What it was about before it met the refusal.
        expect(/^ {2}went back rollback by .*\(wrong tag\)$/m.test(why.stdout)).toBe(loss.phase === 'rolling-back');
        const [json] = jsonLines(forMachines);
        expect(json).toMatchObject({
          type: 'status',
          progress: {
            phase: 'parked',
            person: { kind: 'parked', commands: expect.arrayContaining([expect.anything()]) },
          },
        });
      }),
    );

    await stack.rancher.removeBehaviour(NEVER_HEALTHY);
    const listed = jsonLines(await attention());
    expect(listed.map(({ service }) => service).sort()).toEqual(LOSSES.map(({ service }) => service).sort());
    for (const line of listed)
      expect(line).toMatchObject({
        type: 'attention',
        kind: 'parked',
        phase: 'parked',
        reason: expect.stringContaining('401'),
        mend: expect.stringContaining('no restart is needed'),
        commands: expect.arrayContaining([
          `drover retry ${String(line['environment'])} ${STACK}/${String(line['service'])}`,
        ]),
      });

    const [first, ...others] = LOSSES;
    if (first === undefined) throw new Error('no case');
    // Retried before it is mended: parked again, and the tries add up.
    expect((await about(first).run('retry')).code).toBe(0);
    const again = await eventuallyParked(about(first), 2);
    expect(again.stdout).toMatch(/tried +read: 2 times, from \S+Z to \S+Z; the last answer: .*401/);

    await correct(first);
    expect((await about(first).run('retry', '--why', 'the key is right again')).stdout).toMatch(
      /^retry acknowledged in phase parked: goes on where it stopped\n/,
    );
    await expectEnd(first);

    await stack.killWorker();
    const alone = await attention();
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    expect(
      jsonLines(alone)
        .map(({ service }) => service)
        .sort(),
    ).toEqual(others.map(({ service }) => service).sort());
    await Promise.all(others.map(correct));
    await stack.startWorker();
    await Promise.all(
      others.map(async (loss) => {
        expect((await about(loss).run('retry')).code).toBe(0);
        await expectEnd(loss);
      }),
    );
    expect(await attention()).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await stack.drover(['list', '--attention'])).stdout).toBe('Nothing waits for a person.\n');
  }, 180_000);

  async function eventuallyParked(command: Command, times: number): Promise<Ended> {
    for (const deadline = Date.now() + 30_000; ;) {
      const status = await command.run('status');
      if (/phase +parked/.test(status.stdout) && status.stdout.includes(`${String(times)} times`)) return status;
      if (Date.now() >= deadline) throw new Error(`not parked again: ${status.stdout}`);
    }
  }

  async function expectEnd(loss: Loss): Promise<void> {
    const command = about(loss);
    const end = await command.run('status', '--watch', '--json');
    expect([loss.service, end.code, resultOf(end)['verdict']]).toEqual([loss.service, loss.exitCode, loss.verdict]);
    expect(await command.actions()).toEqual(loss.actions);
  }
});
