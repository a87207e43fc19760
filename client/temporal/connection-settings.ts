import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { parse } from 'yaml';
import { placeOf, readTemporalProfile } from '../../connection/temporal-profile';
import { codecKeys } from '../../codec/codec-keys';
import type { SecretSource } from '../../credentials/secret-source';
import { readSecretSpelling, SECRET_FORM } from '../../credentials/secret-spelling';
import type { SecretSpelling } from '../../credentials/secret-spelling';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Environment } from '../input/ci-build';
import { parseDuration } from '../input/duration';
import { readSmallFile } from '../input/read-small-file';
import { whyBadTemporal, whyBadTemporalFiles } from '../../connection/why-bad-temporal';

/** Where Temporal is, and who said so. */
export interface ConnectionSettings {
  readonly options: ConnectionOptions;
  readonly address: string;
  readonly namespace: string;
  /** For error texts: `TEMPORAL_ADDRESS`, `temporal.toml, profile default`, `drover.yaml`, `the default`. */
  readonly from: string;
  /** Base address of Temporal Web where it is known. */
  readonly webUrl: string | undefined;
  /** Where the codec's keys are; undefined: nothing is encrypted. */
  readonly codecKeys: SecretSource | undefined;
}

/** Where the settings may come from. */
export interface SettingsSources {
  readonly env: Environment;
  /** Overrides everything else. */
  readonly address?: string;
  readonly namespace?: string;
  /** Default: `DROVER_CONFIG`, else `./drover.yaml`, else `~/.config/drover/drover.yaml`; the last two do not have to be there. */
  readonly configFile?: string;
}

const DEFAULT_ADDRESS = '127.0.0.1:7233';

/**
 * Finds Temporal: what was given, then Temporal's own environment variables and `temporal.toml`, then the `temporal:` section of
 * `drover.yaml`, then this machine.
 *
 * @throws InvalidInputError where one of them cannot be read
 */
export function connectionSettings(sources: SettingsSources): ConnectionSettings {
  const { env } = sources;
  const badFiles = whyBadTemporalFiles(env);
  if (badFiles.length > 0) throw new InvalidInputError(badFiles);
  const loaded = fromTemporalsOwn(env);
  const file = fromDroverYaml(sources);
  const own = loaded.connectionOptions;
  const address = sources.address ?? own.address ?? file.address;
  const namespace = sources.namespace ?? loaded.namespace ?? file.namespace;
  const problems = whyBadTemporal({ ...own, address, namespace }, env);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const found =
    sources.address !== undefined
      ? { address: sources.address, from: 'the address given' }
      : own.address !== undefined && own.address !== ''
        ? { address: own.address, from: env['TEMPORAL_ADDRESS'] ? 'TEMPORAL_ADDRESS' : placeOf(env) }
        : file.address !== undefined
          ? { address: file.address, from: `"temporal.address" in ${file.path}` }
          : { address: DEFAULT_ADDRESS, from: 'the default, since neither TEMPORAL_ADDRESS nor drover.yaml names one' };
  const options: ConnectionOptions = {
    address: found.address,
    ...(own.tls === undefined ? {} : { tls: own.tls }),
    ...(own.apiKey === undefined ? {} : { apiKey: own.apiKey }),
    ...(own.metadata === undefined ? {} : { metadata: own.metadata }),
  };
  return {
    options,
    address: found.address,
    namespace: namespace ?? 'default',
    from: found.from,
    // The file's Web UI belongs to the file's server: a link into another one would mislead.
    webUrl: decentWebUrl(
      env['TEMPORAL_UI_URL'] ??
        env['DROVER_TEMPORAL_WEB_URL'] ??
        (file.address === undefined || file.address === found.address ? file.webUrl : undefined),
    ),
    codecKeys: codecKeys(file.codecKeys, dirname(file.path), env, process.cwd()),
  };
}

function fromTemporalsOwn(env: Environment): ClientConnectConfig {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const read = readTemporalProfile(Object.fromEntries(set));
  if ('settings' in read) return read.settings;
  throw new InvalidInputError([{ where: `Temporal's settings (${read.where})`, text: read.text, fix: read.fix }]);
}

/** It is shown in every link: no credentials, no query. */
function decentWebUrl(url: string | undefined): string | undefined {
  if (url === undefined || url === '' || /^https?:\/\/[^\s@?#]+$/i.test(url)) return url;
  throw new InvalidInputError([
    {
      where: "Temporal Web's address",
      text: 'it is none, or has credentials or a query in it',
      fix: 'write DROVER_TEMPORAL_WEB_URL=https://temporal.example.com, or leave it out',
    },
  ]);
}

interface FileSettings {
  readonly path: string;
  readonly address: string | undefined;
  readonly namespace: string | undefined;
  readonly webUrl: string | undefined;
  readonly codecKeys: SecretSpelling | undefined;
}

/** Only its `temporal:` section, and only texts in it: a client needs no `drover.yaml`, and the worker is the one that judges it. */
function fromDroverYaml({ env, configFile }: SettingsSources): FileSettings {
  const named = configFile ?? env['DROVER_CONFIG'];
  const home = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  const usual = [resolve('drover.yaml'), join(home, 'drover', 'drover.yaml')];
  const isNamed = named !== undefined && named !== '';
  const path = !isNamed ? usual.find((file) => existsSync(file)) : resolve(named);
  if (path === undefined) return NO_FILE;
  const none = { ...NO_FILE, path };
  let document: unknown;
  try {
    // Its warnings would quote the line, on standard error; and comparing keys takes it the square of their number.
    document = parse(readSmallFile(path), { logLevel: 'error', uniqueKeys: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && !('linePos' in error)) throw unreadable(path, String(error.code));
    // The parser's message quotes the line, which may hold a secret: only where it is.
    const line = error instanceof Error ? /at line (\d+)/.exec(error.message)?.[1] : undefined;
    throw new InvalidInputError([
      {
        where: path,
        text: `it cannot be read as YAML${line === undefined ? '' : ` (line ${line})`}`,
        fix: 'mend the file, or name another one in DROVER_CONFIG; a client needs none where TEMPORAL_ADDRESS is set',
      },
    ]);
  }
  const section = isRecord(document) ? document['temporal'] : undefined;
  if (!isRecord(section)) return none;
  const text = (key: string): string | undefined => {
    const value = section[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    path,
    address: text('address'),
    namespace: text('namespace'),
    webUrl: text('webUrl'),
    codecKeys: keysIn(section['codec'], path, path === resolve('drover.yaml') && !isNamed),
  };
}

const NO_FILE: FileSettings = {
  path: '',
  address: undefined,
  namespace: undefined,
  webUrl: undefined,
  codecKeys: undefined,
};

/** @param isFoundByChance - nobody named the file: it lies in the folder where somebody happens to be */
function keysIn(codec: unknown, path: string, isFoundByChance: boolean): SecretSpelling | undefined {
  if (codec === undefined || codec === null) return undefined;
  const where = `${path}: temporal.codec.keys`;
  const refuse = (text: string, fix: string): never => {
    throw new InvalidInputError([{ where, text, fix }]);
  };
  const read = readSecretSpelling(isRecord(codec) ? codec['keys'] : undefined, (text) => parseDuration(text, false));
  if ('wrong' in read) return refuse(read.wrong, `write codec: { keys: ${SECRET_FORM} }`);
  // To look at a list of deployments in a folder that somebody else made must not run what he wrote there.
  if ('command' in read.spelling && isFoundByChance)
    return refuse(
      'a command is run only where somebody names the file',
      'name it in --config or DROVER_CONFIG, or give the keys by a file or a variable',
    );
  return read.spelling;
}

function unreadable(where: string, code: string): InvalidInputError {
  const text =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EFBIG'
        ? 'it is larger than such a file can be'
        : `it cannot be read (${code})`;
  return new InvalidInputError([{ where, text, fix: 'name another file in --config or DROVER_CONFIG, or none' }]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
