import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { InvalidInputError } from '../../client/errors/invalid-input-error';
import { connectionSettings } from '../../client/temporal/connection-settings';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { ConfigurationError } from '../../worker/config/configuration-error';
import { prepareEnvironments } from '../../worker/config/prepare-environment';
import { DROVER_MAIN, freshDist } from '../support/fresh-dist';
import { StartedProcess } from '../support/started-process';
import { uncleanIn } from './clean-words';
import { printed } from './printed';
import { LIMIT_MILLIS, runs } from './runs';
import { BOMBS, CANARY, configurations, OF_WINDOWS } from './yaml-mutations';

let cwd: string;
const warned: string[] = [];
const note = (warning: Error): void => void warned.push(warning.message);
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'drover-hostile-'));
  writeFileSync(join(cwd, 'secret'), 'a-secret-key');
  process.on('warning', note);
});
afterAll(() => {
  process.off('warning', note);
  rmSync(cwd, { recursive: true });
  // The parser's own way to say something: on standard error, with the line that it does not understand.
  expect(warned).toEqual([]);
});

const ENV = { KEY: 'key', DB: 'a password', DIGEST: '0123456789abcdef' };
interface Said {
  readonly by: 'worker' | 'client';
  readonly refused: boolean;
  readonly words: string;
}

/** What worker and client make of a configuration; anything but an answer or a refusal in words is a bug. */
function judge(content: string | Uint8Array, env: NodeJS.ProcessEnv = ENV): Said[] {
  const file = join(cwd, 'drover.yaml');
  writeFileSync(file, content);
  const inWords = (by: Said['by'], work: () => string): Said => {
    try {
      return { by, refused: false, words: work() };
    } catch (error) {
      if (!(error instanceof ConfigurationError || error instanceof InvalidInputError)) throw error;
      const { code, text } = printed(error);
      expect(code).toBe(2);
      return { by, refused: true, words: by === 'worker' ? error.message : text };
    }
  };
  const all = { HOME: cwd, ...env };
  return [
    inWords('worker', () => {
      const configuration = loadConfiguration({ env: all, cwd });
      const ready = prepareEnvironments(configuration, [...configuration.environments.keys()]);
      return [...configuration.describe(), ...ready.map(({ alias }) => alias)].join('\n');
    }),
    inWords('client', () => connectionSettings({ env: all, configFile: file }).address),
  ];
}

function expectDecent({ by, refused, words }: Said): void {
  if (refused) {
    expect(uncleanIn(words.slice(0, 5_000))).toEqual([]);
    expect(words.length).toBeLessThan(60_000);
    if (by === 'worker')
      expect(words).toMatch(
        /^(?:drover\.yaml(?::\d+:\d+)?|[A-Z][\w' ]+): \S|^The configuration has \d+ problems:\n {2}\S/,
      );
  }
  expect(words).not.toContain(CANARY);
}

test(
  'any configuration is read, or refused in clean words with its line; a secret in clear is never repeated',
  () => {
    const count = { read: 0, refused: 0 };
    fc.assert(
      fc.property(configurations, (content) => {
        for (const said of judge(content)) {
          expectDecent(said);
          count[said.refused ? 'refused' : 'read'] += 1;
        }
      }),
      runs(1500),
    );
    expect(Math.min(count.read, count.refused)).toBeGreaterThan(200);
  },
  LIMIT_MILLIS,
);

test.each(Object.entries(BOMBS))('%s', (_, content) => {
  const [worker, client] = judge(content);
  for (const said of [worker, client]) if (said !== undefined) expectDecent(said);
  expect(worker?.refused).toBe(true);
});

test('a byte order mark and the line ends of Windows are taken', () => {
  expect(judge(OF_WINDOWS).map(({ refused }) => refused)).toEqual([false, false]);
});

test(
  'environment variables of any content',
  () => {
    const names = [
      ...[
        'RANCHER_URL',
        'RANCHER_ENVIRONMENT',
        'RANCHER_ENV_ID',
        'RANCHER_CA_FILE',
        'RANCHER_ACCESS_KEY',
        'RANCHER_SECRET_KEY',
      ],
      ...[
        'RANCHER_SECRET_KEY_FILE',
        'CATTLE_URL',
        'DROVER_WORKER_ENVIRONMENTS',
        'DROVER_DIGEST_SECRET_FILE',
        'DROVER_TEMPORAL_WEB_URL',
        'DROVER_METRICS_ADDRESS',
        'DROVER_HEALTH_ADDRESS',
      ],
      ...[
        'TEMPORAL_ADDRESS',
        'TEMPORAL_NAMESPACE',
        'TEMPORAL_API_KEY',
        'TEMPORAL_TLS',
        'TEMPORAL_TLS_SERVER_NAME',
        'TEMPORAL_PROFILE',
      ],
      ...[
        'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
        'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
        'TEMPORAL_TLS_CLIENT_CERT_DATA',
        'TEMPORAL_CONFIG_FILE',
      ],
      ...['TEMPORAL_GRPC_META_X_TOKEN', 'TEMPORAL_GRPC_META_A B', 'TEMPORAL_UI_URL'],
    ];
    const values = fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        'true',
        'yes',
        '.',
        '/dev/zero',
        '/',
        'secret',
        '\u001b[2J\r\n',
        '\u202e',
        'x'.repeat(10_000),
        '127.0.0.1:7233',
      ),
      fc.constantFrom(
        `https://u:${CANARY}@h/`,
        `http://h/?token=${CANARY}#${CANARY}`,
        `${CANARY}@h:7233`,
        `ftp://h/?${CANARY}`,
      ),
      fc.string({ unit: 'binary', maxLength: 50 }).map((text) => text.replaceAll('\0', '')),
    );
    const files = fc.constantFrom(
      '',
      'environments: { prod: {}, qa: { rancher: { url: "https://qa" } } }\n',
      '[profile.default]\n',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 6 }), files, (given, content) => {
        // A path or a name is told where it does not fit: nobody takes those for secrets.
        const env = Object.fromEntries(
          Object.entries(given).filter(
            ([name, value]) => !value.includes(CANARY) || /URL|ADDRESS|KEY$|TOKEN/.test(name),
          ),
        );
        for (const said of judge(content === '' ? 'rancher: {}' : content, env)) {
          expect(uncleanIn(said.refused ? said.words.slice(0, 5_000) : '')).toEqual([]);
          expect(said.words).not.toContain(CANARY);
        }
      }),
      runs(500),
    );
  },
  LIMIT_MILLIS,
);

describe("a secret's file", () => {
  const big = 'x'.repeat(10_000_000);
  test.each<[string, () => void, RegExp]>([
    ['that is missing', () => undefined, /does not exist/],
    ['that is a folder', () => mkdirSync(join(cwd, 'odd')), /is a folder/],
    ['of ten megabytes', () => writeFileSync(join(cwd, 'odd'), big), /larger than such a file can be/],
    ['that never ends', () => symlinkSync('/dev/zero', join(cwd, 'odd')), /larger than such a file can be/],
    ['that nobody writes to', () => execFileSync('mkfifo', [join(cwd, 'odd')]), /is empty/],
    ['that leads back to itself', () => symlinkSync('odd', join(cwd, 'odd')), /leads back to itself/],
    ['of bytes', () => writeFileSync(join(cwd, 'odd'), Uint8Array.of(0xff, 0x00, 0xc0)), /is not UTF-8 text/],
    ['with a NUL', () => writeFileSync(join(cwd, 'odd'), `${CANARY}\0`), /holds a NUL/],
    ['that is empty', () => writeFileSync(join(cwd, 'odd'), '\n'), /is empty/],
    ['of two lines', () => writeFileSync(join(cwd, 'odd'), `${CANARY}\n${CANARY}\n`), /white space or a line break/],
    [
      'with a control character',
      () => writeFileSync(join(cwd, 'odd'), `${CANARY}\u0007`),
      /white space or a line break/,
    ],
  ])('%s', (_, make, words) => {
    rmSync(join(cwd, 'odd'), { recursive: true, force: true });
    make();
    const yaml =
      'rancher: { url: https://h, accessKey: { env: KEY }, secretKey: { file: odd } }\nenvironments: { prod: {} }\n';
    const [worker] = judge(yaml);
    expect(worker?.words).toMatch(words);
    expect(worker?.refused).toBe(true);
    if (worker !== undefined) expectDecent(worker);
  });
});

test('the process itself: exit code 2, clean words, no stack trace, nothing written on standard output', async () => {
  await freshDist();
  const odd = fc
    .sample(configurations, { ...runs<string>(1), numRuns: 300 })
    .filter((content) => judge(content)[0]?.refused);
  const contents = [
    ...odd.slice(0, 7),
    BOMBS['a billion laughs'] ?? '',
    BOMBS['UTF-16'] ?? '',
    BOMBS['20,000 unknown keys'] ?? '',
  ];
  const ends = await inTurns(contents, 4, async (content, index) => {
    const folder = join(cwd, `process-${index}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'drover.yaml'), content);
    writeFileSync(join(folder, 'secret'), 'a-secret-key');
    const env = { PATH: process.env['PATH'], HOME: folder, ...ENV };
    const command = index % 2 === 0 ? ['worker'] : ['worker', '--json'];
    return new StartedProcess('drover worker', DROVER_MAIN, command, { cwd: folder, env }).ended;
  });
  for (const [index, { code, stdout, stderr }] of ends.entries()) {
    const said = index % 2 === 0 ? stderr : stdout;
    expect([code, index % 2 === 0 ? stdout : stderr]).toEqual([2, '']);
    expect(said).not.toContain(CANARY);
    expect(said).not.toMatch(/\n\s+at |Warning|\u001b/);
  }
}, 120_000);

/** A few at a time. */
async function inTurns<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
