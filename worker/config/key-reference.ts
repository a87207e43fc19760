import { resolve } from 'node:path';
import { secretFromFile, secretFromVariable } from '../../credentials/secret-source';
import type { SecretSource } from '../../credentials/secret-source';

/** Where a key is, as `drover.yaml` spells it, and the means to read it. */
export interface KeyReference {
  readonly spelling: { readonly env: string } | { readonly file: string };
  readonly source: SecretSource;
}

/** The key that the environment variables name, in themselves or by a file; undefined where they name none. Empty counts as missing. */
export function keyReference(
  kind: 'ACCESS_KEY' | 'SECRET_KEY',
  env: NodeJS.ProcessEnv,
  cwd: string,
): KeyReference | undefined {
  for (const name of [`RANCHER_${kind}`, `CATTLE_${kind}`]) {
    if (env[name]) return { spelling: { env: name }, source: secretFromVariable(name, env) };
    const file = env[`${name}_FILE`];
    if (file) return { spelling: { file: resolve(cwd, file) }, source: secretFromFile(resolve(cwd, file)) };
  }
  return undefined;
}
