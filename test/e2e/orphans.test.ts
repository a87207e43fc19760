import { Client } from '@temporalio/client';
import type { WorldSeed } from '../../simulator/world-seed';
import type { Service } from '../support/seeds';
import { Stack } from '../support/stack';
import { Command, STACK } from './command';
import type { JsonLine } from './said';
import { jsonLines, resultOf } from './said';

/** Between the first of two containers and the second: as good as for ever. */
const ENDLESS = ['--batch-interval', '1h'];
const LABEL = 'io.drover.deployment';

const service = (name: string, more: Partial<Service> = {}): Service => ({
  name,
  scale: 2,
  ...more,
  launchConfig: {
    imageUuid: `docker:example/${name}:1`,
    environment: { PASSWORD: 'canary-0f1e2d3c' },
    ...more.launchConfig,
  },
});
const pending = (name: string, labels: Record<string, string>): Service =>
  service(name, {
    state: 'upgraded',
    pendingLaunchConfig: {
      imageUuid: `docker:example/${name}:2`,
      environment: { PASSWORD: 'canary-0f1e2d3c' },
      labels,
    },
  });

function seed(): WorldSeed {
  return {
    keys: [
      { accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' },
      { accessKey: 'REVOKED', secretKey: 'SECRET', role: 'owner' },
    ],
    projects: [
      {
        name: 'Production',
        stacks: [
          {
            name: STACK,
            services: [
              ...['waiting', 'confirming', 'cancelled', 'running', 'finished', 'carried', 'unmended'].map((name) =>
                service(name),
              ),
              pending('forgotten', { [LABEL]: 'd0123456789ab.1' }),
              pending('foreign', {}),
            ],
          },
        ],
      },
      { name: 'Closed', stacks: [] },
    ],
  };
}

describe('what deployments that are over left half upgraded', () => {
  let stack: Stack;
  const about = (name: string): Command => new Command(stack, name, 'prod');

  beforeAll(async () => {
    stack = await Stack.start({
      seed: seed(),
      policy: { stallLimit: '3s', timeout: '5m' },
      environments: {
        prod: { project: 'Production', accessKey: 'ACCESS' },
        closed: { project: 'Closed', accessKey: 'REVOKED' },
      },
    });
  }, 120_000);
  afterAll(() => stack.close());

  async function terminate(command: Command): Promise<void> {
    const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    await client.workflow.getHandle(`deploy/${command.target.replace(' ', '/')}`).terminate('by hand');
  }

  async function orphans(): Promise<{ found: Map<string, JsonLine>; summary: JsonLine | undefined; said: string }> {
    const ended = await stack.drover(['orphans', 'prod', '--json']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const lines = jsonLines(ended);
    const found = lines.filter(({ type }) => type === 'orphan').map((line) => [String(line['service']), line] as const);
    return { found: new Map(found), summary: lines.at(-1), said: ended.stdout };
  }

  /** Its rollback is refused, and a person does not wait for it: it ends as `needs-attention`. */
  async function giveUp(command: Command): Promise<void> {
    await command.fault({ action: 'rollback', times: 2, effect: { kind: 'status', status: 403, body: 'Forbidden' } });
    await command.upgrade('--hold', '--batch-size', '2');
    await command.run('rollback');
    await command.reaches('parked');
    await command.run('cancel');
    await command.isOver();
    const status = await command.run('status');
    expect(status.stdout).toMatch(/reason +.*403.*; given up, as asked/);
    expect(status.stdout).toMatch(/tried +rollback: 2 times/);
    expect(status.stdout).toMatch(/next +.*`drover orphans prod` shows what was left behind/);
  }

  /** What waits for a person, by service. */
  async function attention(): Promise<Record<string, unknown>> {
    const lines = jsonLines(await stack.drover(['list', '--attention', '--environment', 'prod', '--json']));
    return Object.fromEntries(lines.map(({ service: name, kind }) => [String(name), kind]));
  }

  const commandsOf = (line: JsonLine | undefined): Record<string, string | null> =>
    Object.fromEntries(
      ((line?.['offers'] ?? []) as { to: string; command: string | null }[]).map(({ to, command }) => [to, command]),
    );

  /** Runs an offered command as it stands. */
  async function run(command: string | null | undefined): Promise<string> {
    if (command == null) throw new Error('nothing was offered');
    const [drover, ...args] = command.split(' ');
    expect(drover).toBe('drover');
    const ended = await stack.drover([...args, '--json']);
    return `${String(ended.code)} ${String(resultOf(ended)['verdict'])}`;
  }

  test('are found with their state and the commands that settle them, and nothing else is; then there are none', async () => {
    const [waiting, confirming, cancelled, running] = ['waiting', 'confirming', 'cancelled', 'running'].map(about);
    if (waiting === undefined || confirming === undefined || cancelled === undefined || running === undefined)
      throw new Error('no commands');
    await Promise.all([
      waiting.upgrade('--detach', ...ENDLESS).then(() => waiting.reaches('waiting')),
      cancelled.upgrade('--detach', ...ENDLESS).then(() => cancelled.reaches('waiting')),
      confirming.upgrade('--hold', '--batch-size', '2'),
      running.upgrade('--hold', '--batch-size', '2'),
      about('finished').upgrade('--batch-size', '2'),
      about('carried').upgrade('--batch-size', '2'),
    ]);
    await Promise.all([waiting, confirming, cancelled].map(terminate));
    await cancelled.byHand('Production', 'cancelupgrade');
    await giveUp(about('unmended'));
    // The UI takes the label of the deployment that had succeeded along.
    const { service: carried } = await stack.rancher.service('Production', STACK, 'carried');
    const config = carried['launchConfig'] as { labels: Record<string, string> };
    expect(config.labels[LABEL]).toMatch(/^d[0-9a-f]+\.1@[0-9a-f-]+$/);
    await about('carried').byHand('Production', 'upgrade', {
      inServiceStrategy: { batchSize: 2, launchConfig: { ...config, imageUuid: 'docker:example/carried:3' } },
    });

    const { found, summary, said } = await orphans();
    expect(said).not.toContain('canary');
    expect([...found.keys()].sort()).toEqual(['cancelled', 'confirming', 'forgotten', 'unmended', 'waiting']);
    expect(await attention()).toEqual({ running: 'held', unmended: 'ended' });
    expect(summary).toMatchObject({
      type: 'orphans',
      environment: 'prod',
      orphans: 5,
      running: 1,
      foreign: 2,
      leftOut: 0,
    });
    expect(found.get('waiting')).toMatchObject({
      state: 'upgrading',
      why: expect.stringMatching(/^its workflow is terminated at \S+Z, in phase waiting/),
      deployment: { run: 'terminated', verdict: null },
      configs: [{ config: 'primary', image: 'example/waiting:2', formerImage: 'example/waiting:1' }],
      rancherUrl: expect.stringMatching(/\/env\/1a\d+\/apps\/stacks\/1st\d+\/services\/1s\d+/),
    });
    expect(found.get('confirming')).toMatchObject({
      state: 'upgraded',
      why: expect.stringContaining('in phase confirming'),
    });
    expect(found.get('unmended')?.['why']).toMatch(/^it ended as "needs-attention" at \S+Z: .*403.*given up/);
    expect(found.get('forgotten')).toMatchObject({
      state: 'upgraded',
      deploymentId: 'd0123456789ab',
      deployment: null,
      why: expect.stringContaining('Temporal knows nothing of it any more'),
    });
    expect(commandsOf(found.get('waiting'))).toEqual({
      'keep it': 'drover upgrade prod cases/waiting --image example/waiting:2',
      'go back': 'drover upgrade prod cases/waiting --image example/waiting:1 --on-pending rollback',
    });
    // What was cancelled is never finished.
    expect(Object.keys(commandsOf(found.get('cancelled')))).toEqual(['go back']);

    const shown = await stack.drover(['orphans', 'prod']);
    expect(shown.stdout).toMatch(/^5 in prod: a pending upgrade, left by a deployment that is over\.\n/);
    expect(shown.stdout).toMatch(/cases\/waiting: upgrading/);
    expect(shown.stdout).toMatch(/keep it +drover upgrade prod cases\/confirming --image example\/confirming:2\n/);
    expect(shown.stdout).toMatch(/2 pending upgrades are somebody else's/);

    const settled = await Promise.all([
      run(commandsOf(found.get('waiting'))['go back']),
      run(commandsOf(found.get('confirming'))['keep it']),
      run(commandsOf(found.get('cancelled'))['go back']),
      run(commandsOf(found.get('forgotten'))['go back']),
      run(commandsOf(found.get('unmended'))['keep it']),
    ]);
    expect(settled).toEqual(Array.from({ length: 5 }, () => '0 succeeded'));
    expect(await waiting.actions()).toEqual(['upgrade', 'rollback']);
    expect(await confirming.actions()).toEqual(['upgrade', 'finishupgrade']);
    expect(await cancelled.actions()).toEqual(['upgrade', 'cancelupgrade', 'rollback']);
    expect(await about('forgotten').actions()).toEqual(['rollback']);

    // A newer deployment of the service has begun since.
    expect(await attention()).toEqual({ running: 'held' });
    const after = await orphans();
    expect([...after.found.keys()]).toEqual([]);
    expect(after.summary).toMatchObject({ orphans: 0, running: 1, foreign: 2 });
    expect((await stack.drover(['orphans', 'prod'])).stdout).toMatch(/^There are no orphans in prod\.\n/);
    // Looking changed nothing.
    expect(await running.actions()).toEqual(['upgrade']);
    expect(await about('foreign').actions()).toEqual([]);
  }, 120_000);

  test('cannot be looked for where nobody serves the environment, or its key is refused', async () => {
    await stack.rancher.revokeKey('REVOKED');
    const [nobody, closed, none] = await Promise.all([
      stack.drover(['orphans', 'prd']),
      stack.drover(['orphans', 'closed', '--json']),
      stack.drover(['orphans']),
    ]);
    expect([nobody.code, nobody.stdout]).toEqual([9, '']);
    expect(nobody.stderr).toMatch(
      /No worker serves the environment "prd": either its worker is down, or the name is mistyped/,
    );
    expect(closed.code).toBe(7);
    expect(resultOf(closed)).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('401 Unauthorized') });
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toMatch(/no environment is named/);
  }, 60_000);
});
