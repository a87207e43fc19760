import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { PortInUseError } from '../../worker/temporal-server/port-in-use-error';
import { freePort } from '../../worker/temporal-server/ports';
import { startDevServer, type DevServer } from '../../worker/temporal-server/start-dev-server';
import { TemporalServerError } from '../../worker/temporal-server/temporal-server-error';
import { beginDatabase } from '../../worker/temporal-server/unfinished-database';
import { temporalCli } from '../support/temporal-cli';
import { compileWorker } from './compiled-worker';
import { waitFor } from './wait-for';

let folder: string;
const running: DevServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-dev-server-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startDevServer>[1]> = {}): Promise<DevServer> {
  const server = await startDevServer(temporalCli(), { logFile: join(folder, 'server.log'), ...options });
  running.push(server);
  return server;
}

async function keywordAttributes(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.keys(customAttributes ?? {});
  } finally {
    await connection.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

test('a dev server serves, has its search attributes and its Web UI, and ends when stopped', async () => {
  const server = await start({ searchAttributes: ['DroverEnvironment', 'DroverStack'] });
  expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(await keywordAttributes(server.address)).toEqual(expect.arrayContaining(['DroverEnvironment', 'DroverStack']));
  expect((await fetch(server.uiUrl)).status).toBe(200);
  expect(isAlive(server.pid)).toBe(true);

  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  await expect(server.exited).resolves.toEqual(expect.objectContaining({ signal: null }));
  await server.stop(); // again: nothing to do
});

test('with a file it keeps what it knows when it is killed and started again', async () => {
  const dbFilename = join(folder, 'temporal.db');
  const port = await freePort('127.0.0.1');
  const first = await start({ dbFilename, port });
  const connection = await Connection.connect({ address: first.address });
  await connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: { OnlyInTheFile: 2 },
  });
  await connection.close();

  process.kill(first.pid, 'SIGKILL');
  await expect(first.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });

  const second = await start({ dbFilename, port });
  expect(second.address).toBe(first.address);
  expect(second.pid).not.toBe(first.pid);
  expect(await keywordAttributes(second.address)).toContain('OnlyInTheFile');
});

test.each([
  ['port', "Temporal's gRPC service"],
  ['uiPort', 'the Web UI'],
] as const)('a %s in use is a clear error, and nothing is started', async (which, purpose) => {
  const port = await freePort('127.0.0.1');
  const taken = await listenOn(port);
  try {
    const error: unknown = await start({ [which]: port }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(PortInUseError);
    expect(String(error)).toContain(`127.0.0.1:${port}, wanted for ${purpose}, is in use`);
    expect(existsSync(join(folder, 'server.log'))).toBe(false);
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
});

test.each(['SIGKILL', 'SIGTERM'] as const)('it ends when the process that started it gets a %s', async (signal) => {
  const compiled = compileWorker();
  const options = JSON.stringify({ logFile: join(folder, 'server.log') });
  const script = `require(process.argv[1]).startDevServer(process.argv[2], ${options}).then(({ pid }) => console.log(pid))`;
  const child = spawn(process.execPath, [
    '-e',
    script,
    join(compiled, 'worker/temporal-server/start-dev-server.js'),
    temporalCli(),
  ]);
  try {
    const pid = await new Promise<number>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
      child.once('exit', () => reject(new Error('it ended before the server was up')));
    });
    expect(isAlive(pid)).toBe(true);
    child.kill(signal);
    await waitFor('the server to end', () => !isAlive(pid));
  } finally {
    child.kill('SIGKILL');
    rmSync(compiled, { recursive: true, force: true });
  }
});

test('a file whose first server was killed half-way is begun anew; one that somebody else made is left as it is', async () => {
  const dbFilename = join(folder, 'new', 'temporal.db');
  const notOurs = join(folder, 'other.db');
  writeFileSync(notOurs, 'no database');
  // Killed before it came up: a part of the file is there, and what says so.
  beginDatabase(dbFilename);
  writeFileSync(dbFilename, 'half of it');
  await start({ dbFilename });
  expect(readFileSync(dbFilename).subarray(0, 6).toString()).toBe('SQLite');
  await running.splice(0)[0]?.stop();
  const made = readFileSync(dbFilename);
  beginDatabase(dbFilename);
  expect(readFileSync(dbFilename).equals(made)).toBe(true);
  await expect(start({ dbFilename: notOurs, startLimitMillis: 20_000 })).rejects.toThrow(TemporalServerError);
  expect(readFileSync(notOurs, 'utf8')).toBe('no database');
});

test('an executable that is no Temporal server is reported with its own words', async () => {
  const error: unknown = await startDevServer(process.execPath, { logFile: join(folder, 'server.log') }).catch(
    (e: unknown) => e,
  );
  expect(String(error)).toMatch(/TemporalServerError: .*did not come up: it ended with exit code/);
  expect(String(error)).toContain(readFileSync(join(folder, 'server.log'), 'utf8').trim().split('\n').at(-1));
});

test('a server that does not serve in time is ended', async () => {
  const pidFile = join(folder, 'pid');
  const script = join(folder, 'temporal');
  writeFileSync(script, `#!/bin/sh\necho $$ > ${pidFile}\nexec sleep 60\n`, { mode: 0o755 });
  const error: unknown = await startDevServer(script, {
    logFile: join(folder, 'server.log'),
    startLimitMillis: 1000,
  }).catch((e: unknown) => e);
  expect(String(error)).toMatch(/did not come up: not serving after 1 s/);
  expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
});
