import { mkdtempSync, rmSync, writeFileSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { secretFromCommand } from '../../credentials/secret-source';
import type { SecretSource } from '../../credentials/secret-source';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of Node's, which finds `key` in the folder. */
function program(
  code: string,
  more: { timeoutMillis?: number; refreshMillis?: number; env?: NodeJS.ProcessEnv } = {},
): SecretSource {
  return secretFromCommand({ command: [process.execPath, '-e', code], cwd: folder, env: {}, ...more });
}
const READS = `process.stdout.write(require('fs').readFileSync('key'))`;
const put = (text: string): void => writeFileSync(join(folder, 'key'), text);

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

test('its output is the secret, without the line break at its end; it runs in the folder, and has the environment', () => {
  put('first\n');
  expect(program(READS).read()).toBe('first');
  const ofEnv = program('process.stdout.write(process.env.TOKEN + process.argv.length)', { env: { TOKEN: 'given' } });
  expect(ofEnv.read()).toBe('given1');
});

test('no shell reads its arguments', () => {
  const source = secretFromCommand({
    command: [process.execPath, '-p', 'process.argv[1]', '$(touch made); `touch made`'],
    cwd: folder,
    env: {},
  });
  expect(source.read()).toBe('$(touch made); `touch made`');
  expect(existsSync(join(folder, 'made'))).toBe(false);
});

test('it is run once and its output kept; told that it is not right any more, it is run again', async () => {
  put('first');
  const source = program(`require('fs').appendFileSync('runs', 'x'); ${READS}`);
  expect(source.read()).toBe('first');
  put('second');
  expect(source.read()).toBe('first');
  await eventually(() => {
    // Not sooner than a second after it ran.
    void source.renew();
    return source.read() === 'second';
  });
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('xx');
});

test('after a while it is run again beside the rest, and its former output holds until then', async () => {
  put('first');
  const source = program(READS, { refreshMillis: 1_000 });
  expect(source.read()).toBe('first');
  put('second');
  await eventually(() => source.read() === 'second');
});

test('where it fails later, its former output holds', async () => {
  put('first');
  const source = program(`require('fs').appendFileSync('runs', 'x'); ${READS}`, { refreshMillis: 1_000 });
  expect(source.read()).toBe('first');
  rmSync(join(folder, 'key'));
  await eventually(() => {
    source.read();
    return readFileSync(join(folder, 'runs'), 'utf8') !== 'x';
  });
  await source.renew();
  expect(source.read()).toBe('first');
});

describe('what goes wrong at first is told without a word of what it wrote', () => {
  const CANARY = 'canary-5f1c';
  test.each([
    [
      'an exit code',
      `console.error('${CANARY}'); console.log('${CANARY}'); process.exit(3)`,
      {},
      /ended with exit code 3/,
    ],
    [
      'a signal',
      `console.log('${CANARY}'); process.kill(process.pid, 'SIGTERM'); setTimeout(() => 0, 1e6)`,
      {},
      /ended by SIGTERM/,
    ],
    [
      'too long',
      `console.log('${CANARY}'); setTimeout(() => 0, 1e6)`,
      { timeoutMillis: 300 },
      /did not end within 300 ms/,
    ],
    ['too much', `process.stdout.write('${CANARY}'.repeat(10000))`, {}, /wrote more than 65536 bytes/],
    ['nothing', '0', {}, /is empty/],
    ['no text', 'process.stdout.write(Buffer.from([0xff, 0xfe]))', {}, /not UTF-8 text/],
  ])('%s', (_, code, more, why) => {
    const source = program(code, more);
    const error = thrownBy(() => source.read());
    expect(error).toMatchObject({ name: 'SecretError', message: expect.stringMatching(why) });
    expect(`${String(error)} ${inspect(source)} ${JSON.stringify(source)} ${source.place}`).not.toContain(CANARY);
  });

  test('a program that is not there', () => {
    const source = secretFromCommand({ command: ['drover-no-such-program', CANARY], cwd: folder, env: {} });
    expect(() => source.read()).toThrow(/^command drover-no-such-program does not exist/);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
