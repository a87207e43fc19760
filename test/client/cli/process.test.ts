import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../../client/cli/command-table';
import { demoSeed } from '../../../simulator/demo-seed';
import { DROVER_MAIN, freshDist, SIMULATOR_MAIN } from '../../support/fresh-dist';
import type { Ended } from '../../support/started-process';
import { StartedProcess } from '../../support/started-process';
import { temporalCli } from '../../support/temporal-cli';

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-cli-'));
  await freshDist();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function drover(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const clean = { PATH: process.env.PATH, HOME: folder, USER: 'tester' };
  return new StartedProcess(`drover ${args.join(' ')}`, DROVER_MAIN, args, { cwd: folder, env: { ...clean, ...env } })
    .ended;
}

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('the help', () => {
  it('names every command and every exit code', async () => {
    const { code, stdout, stderr } = await drover(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const exitCode of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect(stdout).toMatch(new RegExp(`^ +${String(exitCode)} {2}\\S`, 'm'));
  });

  test.each(Object.keys(COMMANDS))('of %s has its usage and examples, and fits a terminal', async (name) => {
    const [asked, helped] = await Promise.all([drover([name, '--help']), drover(['help', name])]);
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain(`Usage: drover ${name}`);
    expect(asked.stdout).toContain(`drover ${name}`);
    expect(helped.stdout).toBe(asked.stdout);
    for (const line of asked.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
  });

  it('of the simulated Rancher names the keys of its own world', async () => {
    const { code, stdout, stderr } = await new StartedProcess('simulator', SIMULATOR_MAIN, ['--help'], {
      ...{ cwd: folder, env: {} },
    }).ended;
    expect([code, stderr]).toEqual([0, '']);
    for (const { accessKey, secretKey } of demoSeed().keys) expect(stdout).toContain(`${accessKey} / ${secretKey} (`);
  });

  it("loads nothing of Temporal's SDK, nor the worker or the simulator", async () => {
    const script = `
      process.argv.push('upgrade', '--help');
      process.on('exit', () => console.error(JSON.stringify(Object.keys(require.cache))));
      require(${JSON.stringify(DROVER_MAIN)});
    `;
    const file = join(folder, 'loaded.js');
    writeFileSync(file, script);
    const { stderr } = await new StartedProcess('node', file, [], { cwd: folder, env: { HOME: folder } }).ended;
    const loaded = JSON.parse(stderr) as string[];
    expect(loaded.some((path) => path.endsWith(join('cli', 'commands', 'upgrade.js')))).toBe(true);
    expect(loaded.filter((path) => /@temporalio|dist.(worker|simulator|rancher|activities)/.test(path))).toEqual([]);
  });

  it('is told, with exit code 2, where no command is given', async () => {
    const { code, stdout, stderr } = await drover([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: drover COMMAND');
  });

  it('the version is one line', async () => {
    const [one, two] = await Promise.all([drover(['version']), drover(['--version'])]);
    expect(one.stdout).toMatch(/^drover \d+\.\d+\.\d+\S*\n$/);
    expect(two.stdout).toBe(one.stdout);
  });
});

describe('bad input is refused with exit code 2 before anything is asked', () => {
  // Nothing listens there: a command that went on to Temporal would end with 9.
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const upgrade = ['upgrade', 'prod', 'storefront/web'];
  test.each<readonly [string, readonly string[], RegExp]>([
    ['an unknown command', ['upgrad'], /did you mean "drover upgrade"/],
    ['an option first', ['--image', 'x:1'], /the command comes first/],
    ['an unknown option', [...upgrade, '--imgae', 'x:1'], /did you mean --image/],
    ['no image', upgrade, /--image: nothing to deploy/],
    ['an image in capitals', [...upgrade, '--image', 'Example/Web:1'], /capital letters/],
    ['no service', ['upgrade', 'prod', '--image', 'x:1'], /no service is named/],
    ['no target at all', ['cancel'], /no environment is named/],
    ['a clear value', [...upgrade, '--image', 'x:1', '--variable', 'PW=hunter2!'], /looks like a value/],
    [
      'a bad duration',
      [...upgrade, '--image', 'x:1', '--follow-timeout', 'long'],
      /--follow-timeout: "long" is no duration/,
    ],
    ['a bad verdict', ['list', '--verdict', 'suceeded'], /did you mean --verdict succeeded/],
    ['a bad limit', ['list', '--limit', '0'], /--limit/],
    [
      'attention and a verdict',
      ['list', '--attention', '--verdict', 'failed'],
      /--verdict: it does not go with --attention/,
    ],
    ['a bad phase', ['list', '--phase', 'wating'], /--phase: "wating" is no phase\n {2}did you mean --phase waiting/],
    [
      'a bad time',
      ['list', '--since', 'yesterday'],
      /--since: "yesterday" is no time\n {2}write how long ago \(--since 24h/,
    ],
    ['a period backwards', ['list', '--since', '1h', '--until', '2h'], /--since: it is not before --until/],
    ['an empty image', ['list', '--image', ''], /--image: it is empty/],
    ['an image with a quote', ['list', '--image', "example/web'"], /--image: "example\/web'" has an impossible part/],
    [
      'a verdict of a command',
      ['list', '--verdict', 'detached'],
      /"detached" is what a command says; no deployment ends so\n {2}choose/,
    ],
    ['a verdict of a hold', ['list', '--verdict', 'held'], /write --phase confirming/],
    ['a verdict of what runs', ['list', '--running', '--verdict', 'failed'], /--verdict: what runs has none yet/],
    ['attention and an image', ['list', '--attention', '--image', 'a'], /--image: it does not go with --attention/],
    ['attention and running', ['list', '--attention', '--running'], /--running: it does not go with --attention/],
    ['an audit since never', ['audit'], /--since: it is missing\n {2}write since when, such as --since 7d/],
    ['an audit of tomorrow', ['audit', '--since', '1h', '--until', '2999-01-01'], /--until: it is in the future/],
    ['an audit since tomorrow', ['audit', '--since', '2999-01-01'], /--since: it is in the future/],
    ['an audit of a target', ['audit', 'prod', '--since', '1h'], /"drover audit" takes no arguments/],
    ['orphans of nowhere', ['orphans'], /ENVIRONMENT: no environment is named/],
    ['orphans of two', ['orphans', 'prod', 'qa'], /qa: one argument too many/],
    ['orphans of one twice', ['orphans', 'prod', '--env', 'qa'], /the argument names another environment/],
    ['an argument too many', ['list', 'prod'], /takes no arguments/],
    ['a bad port', ['dev', '--port', '99999'], /--port: "99999" is no port/],
    ['a configuration that is not there', ['list', '--config', 'nowhere.yaml'], /nowhere\.yaml: there is no such file/],
    ['a worker without configuration', ['worker', '--config', 'nowhere.yaml'], /nowhere\.yaml/],
  ])('%s', async (_case, args, words) => {
    const { code, stdout, stderr } = await drover(args, env);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('hunter2');
    expect(stderr).not.toContain('    at ');
    expect([code, stdout]).toEqual([2, '']);
  });

  it('as one JSON object on stdout where JSON is asked for', async () => {
    const { code, stdout, stderr } = await drover([...upgrade, '--image', 'Web', '--batch-size', '0', '--json'], env);
    expect([code, stderr]).toEqual([2, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'result',
      verdict: 'invalid',
      exitCode: 2,
      problems: [{ where: '--batch-size' }, { where: '--image' }],
    });
  });

  it('a broken drover.yaml, without repeating what is in it', async () => {
    const file = join(folder, 'broken.yaml');
    writeFileSync(file, 'temporal:\n  address: "canary-secret\n');
    const { code, stderr } = await drover(['list', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/broken\.yaml: it cannot be read as YAML \(line \d+\)/);
    expect(stderr).not.toContain('canary-secret');
  });
});

test('"dev --db" keeps everything beside that file, and makes no folder .drover', async () => {
  const [port, uiPort] = [String(await closedPort()), String(await closedPort())];
  const cwd = mkdtempSync(join(folder, 'dev-'));
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, TEMPORAL_CLI_PATH: temporalCli() },
    ...{ RANCHER_URL: 'http://127.0.0.1:1', RANCHER_ENVIRONMENT: 'prod' },
    ...{ RANCHER_ACCESS_KEY: 'access', RANCHER_SECRET_KEY: 'secret' },
  };
  const args = ['dev', '--db', 'kept/own.db', '--port', port, '--ui-port', uiPort];
  const dev = new StartedProcess('drover dev', DROVER_MAIN, args, { cwd, env });
  await dev.saysOnStdout(/^worker: ready/m);
  expect((await dev.stop()).code).toBe(0);
  expect(readdirSync(cwd)).toEqual(['kept']);
  expect(readdirSync(join(cwd, 'kept'))).toEqual(expect.arrayContaining(['own.db', 'temporal.log']));
});

describe('where Temporal does not answer, exit code 9 comes within seconds and names the address and its source', () => {
  it('nothing listens', async () => {
    const address = `127.0.0.1:${String(await closedPort())}`;
    const begun = Date.now();
    const { code, stderr } = await drover(['upgrade', 'prod', 'a/b', '--image', 'x:1'], { TEMPORAL_ADDRESS: address });
    expect(code).toBe(9);
    expect(stderr).toContain(`Temporal does not answer at ${address} (from TEMPORAL_ADDRESS): nothing listens there`);
    expect(stderr).toContain('Nothing was started');
    expect(Date.now() - begun).toBeLessThan(20_000);
  });

  it('and "dev" starts none where TEMPORAL_ADDRESS is set: it says so, and how to unset it', async () => {
    const address = `127.0.0.1:${String(await closedPort())}`;
    const { code, stderr } = await drover(['dev', '--simulator'], { TEMPORAL_ADDRESS: address });
    expect(code).toBe(9);
    expect(stderr).toContain(`Temporal does not answer at ${address}, and because TEMPORAL_ADDRESS is set, no server`);
    expect(stderr).toContain('unset TEMPORAL_ADDRESS and run "drover dev" again');
  });

  it('something else listens; the address is from drover.yaml', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const file = join(folder, 'other.yaml');
    writeFileSync(file, `temporal:\n  address: 127.0.0.1:${String(portOf(server))}\n`);
    const { code, stdout } = await drover(['list', '--config', file, '--json']);
    await new Promise((resolve) => server.close(resolve));
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'unreachable',
      reason: expect.stringMatching(/\(from "temporal\.address" in .*other\.yaml\): something listens there/) as string,
    });
  });
});
