import { statSync, type Stats } from 'node:fs';
import type { ClientConnectConfig } from '@temporalio/envconfig';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with one of Temporal's own settings. No value is repeated. */
export interface TemporalProblem {
  readonly where: string;
  readonly text: string;
  /** What to do. */
  readonly fix: string;
}

const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;
/** What a header of gRPC may hold. */
const PRINTABLE = /^[\x20-\x7e]*$/;
/** What may be given in several places. */
export type GivenSettings = Pick<ClientConnectConfig['connectionOptions'], 'apiKey' | 'metadata'> & {
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
};

const SWITCHES = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] as const;

/**
 * What of Temporal's own settings would fail later, in words that repeat a key or say nothing: the SDK quotes a header that it cannot
 * send. No value is repeated here.
 */
export function whyBadTemporal(
  { address, apiKey, metadata, namespace }: GivenSettings,
  env: Environment,
): TemporalProblem[] {
  const problems: TemporalProblem[] = [];
  const complain = (where: string, text: string, fix: string): void => void problems.push({ where, text, fix });
  if (address !== undefined && !(ADDRESS.test(address) && address.length <= 300))
    complain(
      "Temporal's address",
      'this is no address of Temporal',
      'write host:port, without a scheme and credentials',
    );
  if (namespace !== undefined && !(PRINTABLE.test(namespace) && namespace.length <= 1000))
    complain("Temporal's namespace", 'this is no name of a namespace', 'use printable ASCII characters');
  if (typeof apiKey === 'string' && !PRINTABLE.test(apiKey))
    complain(
      'TEMPORAL_API_KEY',
      'the key holds a line break or another character that cannot be sent',
      'was it copied with its line end?',
    );
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const isSendable = /^[a-z0-9_.-]+$/.test(name) && !name.endsWith('-bin');
    if (!isSendable || typeof value !== 'string' || !PRINTABLE.test(value))
      complain('TEMPORAL_GRPC_META_*', 'one of these headers cannot be sent', 'use printable ASCII characters only');
  }
  for (const name of SWITCHES) {
    if (!['', 'true', 'false', '1', '0'].includes(env[name] ?? ''))
      complain(name, 'expected true or false', `write ${name}=true, or leave it out`);
  }
  if (['true', '1'].includes(env['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] ?? ''))
    complain(
      'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
      'certificates are always verified',
      "take it out, and give the server's CA (TEMPORAL_TLS_SERVER_CA_CERT_PATH) or its name (TEMPORAL_TLS_SERVER_NAME)",
    );
  return problems;
}

/** Variables that name files, which the SDK reads to their end. */
const FILES = [
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
] as const;
const MOST_BYTES = 1024 * 1024;

/** Files of Temporal's own settings that have no end, or are no such file by their size. One that is missing is the SDK's to tell. */
export function whyBadTemporalFiles(env: Environment): TemporalProblem[] {
  return FILES.flatMap((where) => {
    const path = env[where];
    const found = path === undefined || path === '' ? undefined : statOf(path);
    if (found === undefined || found.isDirectory() || (found.isFile() && found.size <= MOST_BYTES)) return [];
    return [{ where, text: 'it names no ordinary file, or one of more than a mebibyte', fix: 'name the right file' }];
  });
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
