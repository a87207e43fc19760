import type { ClientConnectConfig } from '@temporalio/envconfig';
import { readTemporalProfile } from '../../connection/temporal-profile';
import { KeyRing } from '../../codec/key-ring';
import type { SecretSource } from '../../credentials/secret-source';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error';
import { whyBadWebUrl, type ConfigurationFile } from './schema';
import { whyBadTemporal, whyBadTemporalFiles, type TemporalProblem } from '../../connection/why-bad-temporal';

const DEFAULT_ADDRESS = '127.0.0.1:7233';
const DEFAULT_NAMESPACE = 'default';

/**
 * How to reach Temporal. Temporal's own environment configuration (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`,
 * `TEMPORAL_TLS_*`, `TEMPORAL_PROFILE` and its file) wins over `drover.yaml`; TLS and API keys are set there only.
 */
export class TemporalSettings {
  /** `host:port`. Default 127.0.0.1:7233. */
  readonly address: string;
  /** Default `default`. */
  readonly namespace: string;
  /** Address of Temporal Web without a slash at its end; undefined where it is not known. */
  readonly webUrl: string | undefined;
  /** The keys with which payloads are encrypted, as they are now. */
  readonly codecKeys: KeyRing;
  readonly #env: NodeJS.ProcessEnv;

  /**
   * @param keys - where the codec's keys are; undefined: nothing is encrypted
   * @throws ConfigurationError when Temporal's own configuration is bad (a profile that is not there, say).
   */
  constructor(file: ConfigurationFile['temporal'], env: NodeJS.ProcessEnv, keys?: SecretSource) {
    this.codecKeys = new KeyRing(keys);
    this.#env = env;
    const badFiles = whyBadTemporalFiles(env);
    if (badFiles.length > 0) throw new ConfigurationError(badFiles.map(asProblem));
    const own = this.#load();
    const problems = whyBadTemporal({ ...own.connectionOptions, namespace: own.namespace }, env);
    if (problems.length > 0) throw new ConfigurationError(problems.map(asProblem));
    this.address = own.connectionOptions.address ?? file?.address ?? DEFAULT_ADDRESS;
    this.namespace = own.namespace ?? file?.namespace ?? DEFAULT_NAMESPACE;
    // The file's Web UI belongs to the file's server: a link into another one would mislead.
    const sameServer = file?.address === undefined || file.address === this.address;
    const ownWebUrl = env.DROVER_TEMPORAL_WEB_URL || undefined;
    const badWebUrl = ownWebUrl === undefined ? undefined : whyBadWebUrl(ownWebUrl);
    if (badWebUrl !== undefined)
      throw new ConfigurationError([{ where: 'DROVER_TEMPORAL_WEB_URL', message: badWebUrl }]);
    const webUrl = ownWebUrl || (sameServer ? file?.webUrl : undefined) || webUrlOfDevServer(this.address);
    this.webUrl = webUrl?.replace(/\/+$/, '');
  }

  /** Options for `Connection.connect` and `NativeConnection.connect`; they may hold an API key: never log them. */
  connectionOptions(): ClientConnectConfig['connectionOptions'] & { address: string } {
    const { connectionOptions } = this.#load();
    const given = Object.entries(connectionOptions).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(given), address: this.address };
  }

  /** For people; no secrets. */
  describe(): string {
    const { apiKey, tls } = this.#load().connectionOptions;
    const extras = [tls ? 'TLS' : undefined, apiKey === undefined ? undefined : 'API key'].filter(
      (extra) => extra !== undefined,
    );
    const how = extras.length === 0 ? '' : ` (${extras.join(', ')})`;
    const codec = this.codecKeys.isOn ? `; payloads are encrypted with ${this.codecKeys.place}` : '';
    return `${this.address}${how}, namespace ${this.namespace}, Web UI ${this.webUrl ?? 'not known'}${codec}`;
  }

  #load(): ClientConnectConfig {
    const env = Object.entries(this.#env).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const read = readTemporalProfile(Object.fromEntries(env));
    if ('settings' in read) return read.settings;
    throw new ConfigurationError([
      {
        where: undefined,
        message: `Temporal's own environment configuration (${read.where}) cannot be used: ${read.text}; ${read.fix}`,
      },
    ]);
  }
}

/** The dev server on this machine has its Web UI a thousand ports further. */
function webUrlOfDevServer(address: string): string | undefined {
  const match = /^(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address);
  return match === null ? undefined : `http://${match[1]}:${Number(match[2]) + 1000}`;
}

function asProblem({ where, text, fix }: TemporalProblem): ConfigurationProblem {
  return { where, message: `${text}; ${fix}` };
}
