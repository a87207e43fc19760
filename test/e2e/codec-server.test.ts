import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DROVER_MAIN, freshDist } from '../support/fresh-dist';
import { StartedProcess } from '../support/started-process';

const ORIGIN = ['--origin', 'http://127.0.0.1:8233'];
const TOKEN = 'token-0f6a1c';

let folder: string;
const started: StartedProcess[] = [];
beforeAll(async () => {
  await freshDist();
  folder = mkdtempSync(join(tmpdir(), 'drover-codec-server-'));
  writeFileSync(join(folder, 'keys'), `k1:${randomBytes(32).toString('base64')}\n`);
  writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
}, 120_000);
afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  rmSync(folder, { recursive: true });
});

function serve(args: readonly string[], env: NodeJS.ProcessEnv = { DROVER_CODEC_KEYS_FILE: 'keys' }): StartedProcess {
  const one = new StartedProcess('the codec server', DROVER_MAIN, ['codec-server', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  });
  started.push(one);
  return one;
}

test('it serves on this machine with the keys of drover.yaml, and SIGTERM ends it', async () => {
  writeFileSync(join(folder, 'drover.yaml'), 'temporal: { codec: { keys: { file: keys } } }\n');
  const server = serve([...ORIGIN, '--listen', '127.0.0.1:0'], { DROVER_CODEC_SERVER_TOKEN_FILE: 'token' });
  const [, url = ''] = await server.saysOnStdout(/ready at (http:\/\/127\.0\.0\.1:\d+), .*keys k1 .*token of file/);
  const asked = { method: 'POST', body: JSON.stringify({ payloads: [] }) };
  const headers = { 'Content-Type': 'application/json' };
  expect((await fetch(`${url}/decode`, { ...asked, headers })).status).toBe(401);
  const allowed = { ...headers, Authorization: `Bearer ${TOKEN}` };
  expect(await (await fetch(`${url}/decode`, { ...asked, headers: allowed })).json()).toEqual({ payloads: [] });
  const ended = await server.kill('SIGTERM');
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(ended.stdout).not.toContain(TOKEN);
  rmSync(join(folder, 'drover.yaml'));
}, 60_000);

test.concurrent.each<[string, readonly string[], NodeJS.ProcessEnv | undefined, RegExp]>([
  [
    'on all addresses without a token',
    [...ORIGIN, '--listen', '0.0.0.0:0'],
    undefined,
    /decrypt for everybody\n.*DROVER_CODEC_SERVER_TOKEN_FILE/,
  ],
  ['on a name without a token', [...ORIGIN, '--listen', 'localhost.example.com:0'], undefined, /decrypt for everybody/],
  ['without an origin', [], undefined, /--origin: for which page/],
  ['for every origin', ['--origin', '*'], undefined, /--origin: this is no origin/],
  ['for a page instead of an origin', ['--origin', 'http://127.0.0.1:8233/namespaces'], undefined, /this is no origin/],
  ['without keys', ORIGIN, {}, /temporal\.codec\.keys: there are no keys/],
  [
    'with a token that cannot be read',
    ORIGIN,
    { DROVER_CODEC_KEYS_FILE: 'keys', DROVER_CODEC_SERVER_TOKEN_FILE: 'nowhere' },
    /nowhere does not exist/,
  ],
])('it does not start %s', async (_, args, env, why) => {
  const ended = await serve(args, env).ended;
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toMatch(why);
});
