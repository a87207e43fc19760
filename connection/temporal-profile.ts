import { statSync } from 'node:fs';
import { loadClientConfig, loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import type { ClientConfigProfile, ClientConnectConfig } from '@temporalio/envconfig';

/** Environment variables that are set. */
type Variables = Readonly<Record<string, string>>;

/** Why Temporal's own settings cannot be used: where and what, without any value that could be a secret. */
export interface BadProfile {
  readonly where: string;
  readonly text: string;
  readonly fix: string;
}

/**
 * Reads Temporal's own environment configuration: `TEMPORAL_*`, over the profile that `TEMPORAL_PROFILE` names in the file of
 * `TEMPORAL_CONFIG_FILE`. What the SDK would pass over in silence is refused too: a named file that is not there, half of a pair of certificate and key.
 */
export function readTemporalProfile(variables: Variables): { readonly settings: ClientConnectConfig } | BadProfile {
  const overrideEnvVars = { ...variables };
  const named = variables['TEMPORAL_CONFIG_FILE'];
  if (named !== undefined && named !== '' && isMissing(named))
    return {
      where: 'TEMPORAL_CONFIG_FILE',
      text: `${named} does not exist`,
      fix: 'name the file with the profiles, or leave it out',
    };
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars });
    const half = halfOfPair(profile, variables);
    if (half !== undefined) return half;
    const settings = toClientOptions(profile);
    const { metadata } = settings.connectionOptions;
    if (metadata === undefined) return { settings };
    const connectionOptions = { ...settings.connectionOptions, metadata: withDashes(metadata) };
    return { settings: { ...settings, connectionOptions } };
  } catch (error) {
    return {
      where: placeOf(variables),
      text: wordsOf(error, variables),
      fix: 'mend the TEMPORAL_… environment variables, or the file that TEMPORAL_CONFIG_FILE names (temporal.toml)',
    };
  }
}

/** The file and the profile, for error texts. */
export function placeOf(variables: Readonly<Record<string, string | undefined>>): string {
  return `${variables['TEMPORAL_CONFIG_FILE'] || 'temporal.toml'}, profile ${variables['TEMPORAL_PROFILE'] || 'default'}`;
}

function halfOfPair({ tls }: ClientConfigProfile, variables: Variables): BadProfile | undefined {
  if (tls === undefined || tls.disabled === true || (tls.clientCert === undefined) === (tls.clientKey === undefined))
    return undefined;
  const [there, missing] = tls.clientKey === undefined ? ['certificate', 'key'] : ['key', 'certificate'];
  return {
    where: placeOf(variables),
    text: `there is a client ${there} without its ${missing}`,
    fix: 'give both: TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH (client_cert_path, client_key_path)',
  };
}

/** As Temporal's other clients have it: the SDK turns only the first underscore into a dash. */
function withDashes<Value>(metadata: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.replaceAll('_', '-'), value]));
}

function wordsOf(error: unknown, variables: Variables): string {
  const file = variables['TEMPORAL_CONFIG_FILE'] || 'temporal.toml';
  const { message, name, code, path, line, column } = error as Readonly<Partial<Record<string, unknown>>>;
  // Its further lines quote the file, and so a key that stands there.
  const [first = ''] = String(message ?? error).split('\n');
  if (typeof line === 'number' && typeof column === 'number')
    return `they cannot be read: ${file}:${line}:${column}: ${first}`;
  if (/^Profile '.*' not found/.test(first)) return `they cannot be read: ${first}${profilesIn(variables)}`;
  if (name === 'TypeError')
    return `they cannot be read: ${file} has no section [profile.NAME], or one of another shape`;
  if (code === 'ENOENT' && typeof path === 'string') {
    const variable = Object.keys(variables).find((one) => one.startsWith('TEMPORAL_TLS_') && variables[one] === path);
    return `they cannot be read: ${path} does not exist (${variable ?? `named by ${placeOf(variables)}`})`;
  }
  return `they cannot be read: ${first}`;
}

function profilesIn(variables: Variables): string {
  try {
    const names = Object.keys(loadClientConfig({ overrideEnvVars: { ...variables } }).profiles);
    return names.length === 0 ? '' : `; there are ${names.join(', ')}`;
  } catch {
    return '';
  }
}

function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    // It is there, or somebody does not let us see: the SDK tells.
    return false;
  }
}
