import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from './configuration-error';
import type { SecretSource } from '../../credentials/secret-source';

const LEAST_LENGTH = 16;

/** Where the secret is kept that a worker makes for itself: `$XDG_STATE_HOME/drover/digest-secret`, or in `~/.local/state`. */
export function digestSecretFile(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME ? resolve(env.XDG_STATE_HOME) : join(env.HOME || homedir(), '.local', 'state');
  return join(state, 'drover', 'digest-secret');
}

/**
 * The key of the digests that go into the history. The workers of one environment should share it (`worker.digestSecret`);
 * without that each machine makes one, once, and keeps it in a file that only its user may read. Where no file can be
 * written it lasts as long as the process.
 *
 * @throws ConfigurationError for a configured secret that cannot be read or is too short.
 */
export function digestKey(
  source: SecretSource | undefined,
  env: NodeJS.ProcessEnv,
  onStep: (line: string) => void,
): Uint8Array {
  if (source !== undefined) return keyOf(readSecret(source));
  const file = digestSecretFile(env);
  try {
    return keyOf(readOrMake(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    onStep(
      `worker: ${file} cannot be used (${why}); digests are keyed with a secret that lasts until this worker ends. Set worker.digestSecret or DROVER_DIGEST_SECRET.`,
    );
    return randomBytes(32);
  }
}

function readSecret(source: SecretSource): string {
  const where = 'worker.digestSecret';
  let secret: string;
  try {
    secret = source.read();
  } catch (error) {
    throw new ConfigurationError([{ where, message: error instanceof Error ? error.message : String(error) }]);
  }
  if (secret.length < LEAST_LENGTH) {
    throw new ConfigurationError([
      {
        where,
        message: `the secret (${source.place}) is too short; use at least ${LEAST_LENGTH} characters, such as from: openssl rand -hex 32`,
      },
    ]);
  }
  return secret;
}

/** Made under another name and linked into place: of two workers that start at once, one wins, and both read the same. */
function readOrMake(file: string): string {
  const existing = tryRead(file);
  if (existing !== undefined) return existing;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch {
    // the other one won
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function keyOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
