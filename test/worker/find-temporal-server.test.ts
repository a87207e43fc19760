import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheDirectory } from '../../worker/temporal-server/cache-directory';
import {
  findTemporalServer,
  type FindOptions,
  type FoundTemporalServer,
} from '../../worker/temporal-server/find-temporal-server';
import { freePort } from '../../worker/temporal-server/ports';
import { TemporalServerError } from '../../worker/temporal-server/temporal-server-error';
import { waitFor } from './wait-for';

const CLI = '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n';

let folder: string;
let cache: string;
let cached: string;
let steps: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-find-'));
  cache = join(folder, 'cache');
  cached = join(cache, 'bin', 'temporal-1.5.1');
  steps = [];
  mkdirSync(join(folder, 'bin'));
  // What the scripts below need of the system, and nothing else: neither its Go nor its Temporal.
  for (const tool of ['sh', 'cat', 'chmod', 'sleep', 'mkdir']) symlinkSync(`/bin/${tool}`, join(folder, 'bin', tool));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function script(path: string, text: string, mode = 0o755): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode });
  return path;
}

const onPath = (name: string, text: string): string => script(join(folder, 'bin', name), text);

/** A Go that "builds" by writing the CLI into GOBIN, and notes that it was called. */
const fakeGo = (before = ''): string =>
  onPath(
    'go',
    `#!/bin/sh\necho "$@" >> ${folder}/go-calls\n${before}\ncat > "$GOBIN/temporal" <<'END'\n${CLI}END\nchmod +x "$GOBIN/temporal"\n`,
  );

const goCalls = (): string[] =>
  existsSync(join(folder, 'go-calls')) ? readFileSync(join(folder, 'go-calls'), 'utf8').trim().split('\n') : [];

async function find(env: NodeJS.ProcessEnv = {}, options: Partial<FindOptions> = {}): Promise<FoundTemporalServer> {
  return await findTemporalServer({
    env: { PATH: join(folder, 'bin'), HOME: folder, DROVER_CACHE_DIR: cache, DROVER_SKIP_DOWNLOAD: '1', ...env },
    onStep: (line) => steps.push(line),
    ...options,
  });
}

async function errorOf(found: Promise<unknown>): Promise<string> {
  const error: unknown = await found.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(TemporalServerError);
  return String(error);
}

describe('the order', () => {
  test('each place is taken only when those before it have nothing', async () => {
    const go = fakeGo();
    const built = await find();
    expect(built).toEqual({ kind: 'executable', path: cached, from: 'go install' });
    expect(goCalls()).toEqual(['install github.com/temporalio/cli/cmd/temporal@v1.5.1']);
    expect(steps).toEqual([
      `Temporal: building the CLI 1.5.1 with ${go} (once, about three minutes on two cores)`,
      `Temporal: built, ${cached}`,
    ]);

    steps = [];
    expect(await find()).toEqual({ kind: 'executable', path: cached, from: 'cache' });
    expect(steps).toEqual([`Temporal: using the CLI in the cache, ${cached}`]);

    steps = [];
    const temporal = onPath('temporal', CLI);
    expect(await find()).toEqual({ kind: 'executable', path: temporal, from: 'PATH' });
    expect(steps).toEqual([`Temporal: using \`temporal\` on PATH, ${temporal}`]);

    steps = [];
    const named = script(join(folder, 'my-temporal'), CLI);
    expect(await find({ TEMPORAL_CLI_PATH: named })).toEqual({
      kind: 'executable',
      path: named,
      from: 'TEMPORAL_CLI_PATH',
    });
    expect(steps).toEqual([`Temporal: using the CLI at TEMPORAL_CLI_PATH, ${named}`]);

    steps = [];
    expect(await find({ TEMPORAL_CLI_PATH: named, TEMPORAL_ADDRESS: 'team:7233' })).toEqual({
      kind: 'address',
      address: 'team:7233',
    });
    expect(steps).toEqual(['Temporal: using the server at TEMPORAL_ADDRESS, team:7233']);
    expect(goCalls()).toHaveLength(1);
  });

  test('the download goes before the build, and the next time its result is in the cache', async () => {
    fakeGo();
    const download = {
      script: `require('fs').writeFileSync(process.argv[2] + '/anything', ${JSON.stringify(CLI)}, { mode: 0o755 })`,
    };
    expect(await find({ DROVER_SKIP_DOWNLOAD: '' }, { download })).toEqual({
      kind: 'executable',
      path: cached,
      from: 'download',
    });
    expect(steps).toEqual([
      "Temporal: downloading the CLI by way of Temporal's SDK (from temporal.download)",
      `Temporal: downloaded to ${cached}`,
    ]);
    expect(readdirSync(join(cache, 'bin'))).toEqual(['temporal-1.5.1']);
    expect(await find()).toEqual({ kind: 'executable', path: cached, from: 'cache' });
    expect(goCalls()).toEqual([]);
  });

  test('the cache is DROVER_CACHE_DIR, else in XDG_CACHE_HOME, else in ~/.cache', () => {
    expect(cacheDirectory({ DROVER_CACHE_DIR: '/d', XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/d');
    expect(cacheDirectory({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/drover');
    expect(cacheDirectory({ HOME: '/h' })).toBe('/h/.cache/drover');
  });
});

describe('what cannot be used', () => {
  test.each([
    ['does not exist', (): string => join(folder, 'gone')],
    ['is not a file', (): string => folder],
    ['is not executable (chmod +x)', (): string => script(join(folder, 'plain'), CLI, 0o644)],
    ["is not Temporal's CLI: --version said", (): string => script(join(folder, 'other'), '#!/bin/sh\necho other 1\n')],
    ['does not run', (): string => script(join(folder, 'broken'), '#!/bin/sh\nexit 3\n')],
  ])('a TEMPORAL_CLI_PATH that %s is an error, though others could be used', async (why, make) => {
    onPath('temporal', CLI);
    const path = make();
    expect(await errorOf(find({ TEMPORAL_CLI_PATH: path }))).toContain(`TEMPORAL_CLI_PATH=${path} ${why}`);
  });

  test('another program that is called temporal, and half a file in the cache, are passed over and said so', async () => {
    const other = onPath('temporal', '#!/bin/sh\necho a wholly different thing\n');
    script(cached, 'half of a bina');
    fakeGo();
    expect(await find()).toEqual({ kind: 'executable', path: cached, from: 'go install' });
    expect(steps[0]).toContain(
      `passing over ${other}: it is not Temporal's CLI: --version said "a wholly different thing"`,
    );
    expect(steps[1]).toContain(`passing over ${cached} in the cache: it does not run`);
    expect(readFileSync(cached, 'utf8')).toBe(CLI);
  });

  test('nothing anywhere: what was tried, and how to mend it', async () => {
    const text = await errorOf(find());
    for (const line of [
      'TEMPORAL_ADDRESS and TEMPORAL_CLI_PATH: not set',
      '`temporal` on PATH: not there',
      `the cache: ${cached} does not exist`,
      "the SDK's download: skipped (DROVER_SKIP_DOWNLOAD=1)",
      'go install github.com/temporalio/cli/cmd/temporal@v1.5.1: no `go` on PATH',
      "give the address of a running server (TEMPORAL_ADDRESS=host:7233); install Temporal's CLI",
    ]) {
      expect(text).toContain(line);
    }
  });

  test("a build that fails is told in Go's own words, and leaves nothing behind", async () => {
    onPath('go', '#!/bin/sh\necho "go: module lookup disabled" >&2\nexit 1\n');
    expect(await errorOf(find())).toContain('temporal@v1.5.1 failed: go: module lookup disabled');
    expect(readdirSync(join(cache, 'bin'))).toEqual([]);
  });

  test('a cache that cannot be written is told', async () => {
    fakeGo();
    writeFileSync(cache, 'a file where the folder should be');
    expect(await errorOf(find())).toMatch(/ENOTDIR|EEXIST/);
  });
});

describe('the download', () => {
  test('that stalls is given up, and its process is ended', async () => {
    const pidFile = join(folder, 'pid');
    const download = {
      script: `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`,
      stallMillis: 1500,
    };
    expect(await errorOf(find({ DROVER_SKIP_DOWNLOAD: '' }, { download }))).toContain(
      'given up: nothing arrived for 2 s',
    );
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
    expect(readdirSync(join(cache, 'bin'))).toEqual([]);
  });

  test('that goes on slowly is not given up', async () => {
    const download = {
      script: `
        const { appendFileSync, chmodSync } = require('fs');
        const file = process.argv[2] + '/temporal';
        const parts = ${JSON.stringify(CLI.match(/[\s\S]{1,6}/g))};
        const timer = setInterval(() => {
          const part = parts.shift();
          if (part === undefined) { clearInterval(timer); chmodSync(file, 0o755); } else appendFileSync(file, part);
        }, 600);`,
      stallMillis: 2500,
    };
    const started = Date.now();
    expect(await find({ DROVER_SKIP_DOWNLOAD: '' }, { download })).toEqual({
      kind: 'executable',
      path: cached,
      from: 'download',
    });
    expect(Date.now() - started).toBeGreaterThan(2500);
    expect(steps.some((line) => /downloading, \d+\.\d MB unpacked after \d+ s/.test(line))).toBe(true);
  });

  test("is the SDK's own: behind a proxy that refuses, it fails and says so", async () => {
    const port = await freePort('127.0.0.1');
    const proxy = `http://127.0.0.1:${port}`;
    expect(await errorOf(find({ DROVER_SKIP_DOWNLOAD: '', HTTPS_PROXY: proxy, https_proxy: proxy }))).toContain(
      'the download failed: Failed to start ephemeral server: failed to download',
    );
  });

  test("is the SDK's own: behind a proxy that never answers, it is given up", async () => {
    let asked = '';
    const silent: Server = createServer((socket) =>
      socket.on('data', (chunk) => (asked += chunk.toString())).on('error', () => undefined),
    );
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const proxy = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      const env = { DROVER_SKIP_DOWNLOAD: '', HTTPS_PROXY: proxy, https_proxy: proxy };
      expect(await errorOf(find(env, { download: { stallMillis: 4000 } }))).toContain(
        'given up: nothing arrived for 4 s',
      );
      expect(asked).toContain('temporal.download:443');
    } finally {
      silent.close();
    }
  });
});

test('the programs that are started do not get the keys', async () => {
  fakeGo(`echo "$RANCHER_SECRET_KEY$CATTLE_SECRET_KEY$DROVER_DIGEST_SECRET$GOFLAGS" > ${folder}/seen`);
  const keys = { RANCHER_SECRET_KEY: 'canary', CATTLE_SECRET_KEY: 'canary', DROVER_DIGEST_SECRET: 'canary' };
  await find({ ...keys, GOFLAGS: '-v' });
  expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('-v\n');
});

describe('the build, by several at once', () => {
  test('the second waits for the first; one build serves both', async () => {
    fakeGo(`while [ ! -e ${folder}/go-on ]; do sleep 0.1; done`);
    const both = Promise.all([find(), find()]);
    await waitFor('the second to wait', () => steps.some((line) => line.includes('is building Temporal')));
    writeFileSync(join(folder, 'go-on'), '');
    expect((await both).map((found) => found.kind === 'executable' && found.path)).toEqual([cached, cached]);
    expect(goCalls()).toHaveLength(1);
    expect(
      steps.filter((line) => line.includes(`another process (${process.pid} ${hostname()}) is building`)),
    ).toHaveLength(1);
    expect(readdirSync(join(cache, 'bin'))).toEqual(['temporal-1.5.1']);
  });

  test('the lock of one that died is broken', async () => {
    fakeGo();
    mkdirSync(join(cache, 'bin'), { recursive: true });
    // No process has this id: it is above what Linux and macOS ever give.
    writeFileSync(`${cached}.lock`, `4194305 ${hostname()}`);
    expect(await find()).toEqual({ kind: 'executable', path: cached, from: 'go install' });
    expect(existsSync(`${cached}.lock`)).toBe(false);
  });

  test('a build says that it is still at it, at least every 15 seconds', async () => {
    fakeGo('echo "go: downloading go.temporal.io/server v1.29.1" >&2\nsleep 11');
    await find();
    expect(steps).toContain('Temporal: still building, 10 s so far (go: downloading go.temporal.io/server v1.29.1)');
  });
});

test('PATH is searched in its order', async () => {
  const second = script(join(folder, 'second', 'temporal'), CLI);
  const env = { PATH: [join(folder, 'first'), join(folder, 'second'), join(folder, 'bin')].join(delimiter) };
  expect(await find(env)).toMatchObject({ path: second });
  const first = script(join(folder, 'first', 'temporal'), CLI);
  expect(await find(env)).toMatchObject({ path: first });
});
