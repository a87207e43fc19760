import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestKey, digestSecretFile } from '../../worker/config/digest-key';
import { secretFromVariable } from '../../credentials/secret-source';

let home: string;
const steps: string[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-digest-'));
  steps.length = 0;
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const keyIn = (env: NodeJS.ProcessEnv): string =>
  Buffer.from(digestKey(undefined, env, (line) => steps.push(line))).toString('hex');

test('a configured secret gives the same key everywhere, and the key does not show it', () => {
  const env = { SECRET: 'canary-canary-canary' };
  const keys = [1, 2].map(() => Buffer.from(digestKey(secretFromVariable('SECRET', env), {}, () => undefined)));
  expect(keys[0]).toEqual(keys[1]);
  expect(keys[0]).toHaveLength(32);
  expect(keys[0]?.toString()).not.toContain('canary');
});

test('without one it is made once, and only its user may read it', () => {
  const first = keyIn({ HOME: home });
  expect(keyIn({ HOME: home })).toBe(first);
  const file = digestSecretFile({ HOME: home });
  expect(file).toBe(join(home, '.local/state/drover/digest-secret'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(file))).toEqual(['digest-secret']);
  expect(readFileSync(file, 'utf8')).not.toBe(first);
  expect(keyIn({ XDG_STATE_HOME: join(home, 'other') })).not.toBe(first);
  expect(steps).toEqual([]);
});

test('a file of another worker that started at the same moment is taken', () => {
  const file = digestSecretFile({ HOME: home });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'the secret of the other one');
  expect(keyIn({ HOME: home })).toBe(keyIn({ HOME: home }));
  expect(readFileSync(file, 'utf8')).toBe('the secret of the other one');
});

test('where nothing can be written it lasts as long as the process, and that is told', () => {
  writeFileSync(join(home, 'state'), 'a file where the folder should be');
  const env = { XDG_STATE_HOME: join(home, 'state') };
  expect(keyIn(env)).not.toBe(keyIn(env));
  expect(steps[0]).toContain(
    'digests are keyed with a secret that lasts until this worker ends. Set worker.digestSecret or DROVER_DIGEST_SECRET',
  );
});

test('one that is short or cannot be read is refused, and not shown', () => {
  const attempt = (env: NodeJS.ProcessEnv) => () => digestKey(secretFromVariable('SECRET', env), {}, () => undefined);
  expect(attempt({ SECRET: 'canary' })).toThrow(
    'worker.digestSecret: the secret (environment variable SECRET) is too short',
  );
  expect(attempt({ SECRET: 'canary' })).not.toThrow('canary');
  expect(attempt({})).toThrow('worker.digestSecret: environment variable SECRET is not set');
});
