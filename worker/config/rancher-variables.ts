import { resolve } from 'node:path';
import { keyReference } from './key-reference';
import type { SecretSource } from '../../credentials/secret-source';

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
  return {
    url: urlVariable === undefined ? undefined : { value: env[urlVariable] ?? '', variable: urlVariable },
    accessKey: keyReference('ACCESS_KEY', env, cwd)?.source,
    secretKey: keyReference('SECRET_KEY', env, cwd)?.source,
    ca: env.RANCHER_CA_FILE ? resolve(cwd, env.RANCHER_CA_FILE) : undefined,
    environment: env.RANCHER_ENVIRONMENT?.trim() || undefined,
    environmentId: env.RANCHER_ENV_ID?.trim() || undefined,
  };
}
