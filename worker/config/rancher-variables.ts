import { resolve } from 'node:path';
import { secretFromFile, secretFromVariable, type SecretSource } from '../../secrets/secret-source';

/** What the environment variables that people already use say about Rancher. */
export interface RancherVariables {
  /** `RANCHER_URL`, or `CATTLE_URL`. */
  readonly url: { readonly value: string; readonly variable: string } | undefined;
  readonly accessKey: SecretSource | undefined;
  readonly secretKey: SecretSource | undefined;
  /** `RANCHER_CA_FILE`: a PEM file. */
  readonly ca: string | undefined;
  /** `RANCHER_ENVIRONMENT`: a name or an id. */
  readonly environment: string | undefined;
  /** `RANCHER_ENV_ID`. */
  readonly environmentId: string | undefined;
}

/** Reads `RANCHER_*` and, where those are missing, `CATTLE_*` (as Rancher's own agents get them). Empty counts as missing. */
export function readRancherVariables(env: NodeJS.ProcessEnv, cwd: string): RancherVariables {
  const urlVariable = ['RANCHER_URL', 'CATTLE_URL'].find((name) => env[name]);
  const key = (kind: 'ACCESS_KEY' | 'SECRET_KEY'): SecretSource | undefined => {
    for (const name of [`RANCHER_${kind}`, `CATTLE_${kind}`]) {
      if (env[name]) return secretFromVariable(name, env);
      const file = env[`${name}_FILE`];
      if (file) return secretFromFile(resolve(cwd, file));
    }
    return undefined;
  };
  return {
    url: urlVariable === undefined ? undefined : { value: env[urlVariable] ?? '', variable: urlVariable },
    accessKey: key('ACCESS_KEY'),
    secretKey: key('SECRET_KEY'),
    ca: env.RANCHER_CA_FILE ? resolve(cwd, env.RANCHER_CA_FILE) : undefined,
    environment: env.RANCHER_ENVIRONMENT?.trim() || undefined,
    environmentId: env.RANCHER_ENV_ID?.trim() || undefined,
  };
}
