import { resolve } from 'node:path';
import type { SecretSource } from '../credentials/secret-source';
import { secretFromFile, secretFromVariable } from '../credentials/secret-source';
import { sourceOf } from '../credentials/source-of';
import type { SecretSpelling } from '../credentials/secret-spelling';

/**
 * Where the codec's keys are: `DROVER_CODEC_KEYS` (the keys themselves), else the file that `DROVER_CODEC_KEYS_FILE` names, else what
 * `temporal.codec.keys` of `drover.yaml` says. Undefined where none of them says anything: then nothing is encrypted.
 *
 * @param folder - of the configuration file; relative paths in it begin there
 */
export function codecKeys(
  spelling: SecretSpelling | undefined,
  folder: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
): SecretSource | undefined {
  if (env['DROVER_CODEC_KEYS']) return secretFromVariable('DROVER_CODEC_KEYS', env);
  const file = env['DROVER_CODEC_KEYS_FILE'];
  if (file) return secretFromFile(resolve(cwd, file));
  return spelling === undefined ? undefined : sourceOf(spelling, folder, env);
}
