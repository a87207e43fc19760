import { DEFAULT_POLICY, type Policy } from '../../decision/policy';
import type { RequestLimits } from '../../rancher/request-gate';
import { ConfigurationError } from './configuration-error';
import { formatDuration } from './duration';
import type { SecretSource } from '../../credentials/secret-source';
import type { TemporalSettings } from './temporal-settings';
import type { ConfiguredGate } from './gates';
import type { ConfiguredProbes } from './probes';
import type { VersioningSettings } from './versioning';
import { nearest } from './nearest';
import type { ConfiguredTarget } from './notifications';

/** One environment as configured. What is missing is complained about when somebody wants to serve it: see `prepareEnvironment`. */
export interface EnvironmentConfiguration {
  /** The name it has here, in workflow ids and queue names. */
  readonly alias: string;
  /** Where it was configured, for messages: `drover.yaml:12:3`, or `environment variables`. */
  readonly where: string;
  /** Name or id of Rancher's environment (its API says project). */
  readonly project: string | undefined;
  readonly url: { readonly value: string; readonly where: string } | undefined;
  readonly accessKey: SecretSource | undefined;
  readonly secretKey: SecretSource | undefined;
  /** For how long another key is waited for when Rancher refuses one that it took before, milliseconds. Default 2 minutes. */
  readonly keyGraceMillis: number;
  /** How much is asked of Rancher at most, by one worker. */
  readonly requests: RequestLimits;
  /** A PEM file with the authority that signed Rancher's certificate. */
  readonly ca: { readonly path: string; readonly where: string } | undefined;
  /** Whether the worker listens to Rancher's event stream. Default true. */
  readonly events: boolean;
  readonly policy: Policy;
  /** What `--variable KEY=REFERENCE` may refer to. */
  readonly variables: ReadonlyMap<string, SecretSource>;
  /** Checks of the environment's own before a finish, by name. */
  readonly gates: ReadonlyMap<string, ConfiguredGate>;
  /** What the gates of a release may ask from here. */
  readonly probes: ConfiguredProbes;
  /** Who is told what, by name. */
  readonly notifications: ReadonlyMap<string, ConfiguredTarget>;
}

/** How the worker works. */
export interface WorkerConfiguration {
  /** Serve these only; undefined: all. */
  readonly environments: readonly string[] | undefined;
  /** Activities at a time, for each environment. Default 100 (Temporal's). */
  readonly maxConcurrentActivities: number | undefined;
  /** Steps of workflows at a time. Default 40 (Temporal's). */
  readonly maxConcurrentWorkflowTasks: number | undefined;
  /** Workflows kept in memory; undefined: see `cached-workflows.ts`. */
  readonly maxCachedWorkflows: number | undefined;
  /** How long activities may go on after SIGTERM. Default 30 seconds. */
  readonly shutdownGraceMillis: number;
  /** Prometheus metrics are served here; undefined: nowhere. */
  readonly metricsAddress: string | undefined;
  /** `/healthz` and `/readyz` are answered here; undefined: nowhere. */
  readonly healthAddress: string | undefined;
  /** What digests are keyed with; undefined: a secret that is made once and kept in a file (see `digest-key.ts`). */
  readonly digestSecret: SecretSource | undefined;
  /** Secrets with which approvals may be signed, by their ids. */
  readonly approvalKeys: ReadonlyMap<string, SecretSource>;
  /** Gates may run programs on this machine. Default false. */
  readonly allowExec: boolean;
  /** Whether and how it takes part in Temporal's Worker Versioning; undefined: it does not. */
  readonly versioning: VersioningSettings | undefined;
}

/** All that was configured, with files and environment variables put together. Holds places of secrets, never secrets. */
export class Configuration {
  constructor(
    /** The file that was read, if any. */
    readonly file: string | undefined,
    readonly temporal: TemporalSettings,
    readonly environments: ReadonlyMap<string, EnvironmentConfiguration>,
    readonly worker: WorkerConfiguration,
  ) {}

  /** @throws ConfigurationError naming the nearest known ones. */
  environment(alias: string, where?: string): EnvironmentConfiguration {
    const found = this.environments.get(alias);
    if (found === undefined) throw new ConfigurationError([{ where, message: this.unknownEnvironment(alias) }]);
    return found;
  }

  /** What to say about an alias that is not configured. */
  unknownEnvironment(alias: string): string {
    const known = [...this.environments.keys()];
    if (known.length === 0) {
      return `unknown environment ${JSON.stringify(alias)}: none is configured. Write a drover.yaml (environments: …), or set RANCHER_URL, RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY and RANCHER_ENVIRONMENT`;
    }
    const near = nearest(alias, known);
    return `unknown environment ${JSON.stringify(alias)}; ${near === undefined ? '' : `did you mean ${near}? `}configured: ${known.join(', ')}`;
  }

  /** For people: what is configured and where each thing comes from. No secrets. */
  describe(): string[] {
    const { worker } = this;
    return [
      `configuration: ${this.file ?? 'no file; environment variables only'}`,
      `Temporal: ${this.temporal.describe()}`,
      `worker: serves ${worker.environments?.join(', ') ?? 'all environments'}, shuts down within ${formatDuration(worker.shutdownGraceMillis)}, digests keyed by ${worker.digestSecret?.place ?? 'a file of its own'}${keysText(worker.approvalKeys)}`,
      ...[...this.environments.values()].flatMap(describeEnvironment),
    ];
  }
}

function keysText(keys: ReadonlyMap<string, SecretSource>): string {
  const named = [...keys].map(([id, source]) => `${id} (${source.place})`);
  return named.length === 0 ? '' : `, approvals signed with ${named.join(', ')}`;
}

function describeEnvironment(environment: EnvironmentConfiguration): string[] {
  const missing = 'missing';
  const variables = [...environment.variables].map(([name, source]) => `${name} (${source.place})`);
  return [
    `environment ${environment.alias} (${environment.where})`,
    `  Rancher: ${withoutCredentials(environment.url?.value) ?? missing}, project ${environment.project ?? missing}${environment.ca === undefined ? '' : `, CA ${environment.ca.path}`}${environment.events ? '' : ', without its event stream'}`,
    `  access key: ${placeOf(environment.accessKey)}; secret key: ${placeOf(environment.secretKey)}`,
    `  requests: at most ${environment.requests.perSecond} a second, ${environment.requests.concurrent} at once`,
    `  policy: ${describePolicy(environment.policy)}`,
    `  variables: ${variables.length === 0 ? 'none' : variables.join(', ')}`,
    ...[...environment.gates.values()].map(({ gate }) => `  gate ${gate.name}: ${gate.kind} ${gate.asks}`),
    ...describeProbes(environment.probes),
    ...[...environment.notifications.values()].map(
      ({ target, kind }) => `  tells ${target.name} (${kind}): ${target.events.join(', ')}`,
    ),
  ];
}

/** A key in a variable lasts as long as the process: whoever means to replace it has to know. */
function placeOf(source: SecretSource | undefined): string {
  if (source === undefined) return 'missing';
  return source.mayChange ? source.place : `${source.place} (another one takes a restart)`;
}

function describeProbes({ to, secrets }: ConfiguredProbes): string[] {
  if (to.length === 0) return [];
  const named = [...secrets].map(([name, source]) => `${name} (${source.place})`);
  return [`  releases may probe: ${to.join(', ')}${named.length === 0 ? '' : `; secrets: ${named.join(', ')}`}`];
}

function describePolicy(policy: Policy): string {
  const flat = (value: Policy): [string, string][] =>
    Object.entries({ ...value, ...value.strategy, strategy: undefined, gates: undefined, notify: undefined })
      .filter(([, setting]) => setting !== undefined)
      .map(([name, setting]) =>
        name.endsWith('Millis')
          ? [name.slice(0, -'Millis'.length), formatDuration(Number(setting))]
          : [name, String(setting)],
      );
  const usual = new Map(flat(DEFAULT_POLICY));
  const changed = flat(policy).filter(([name, setting]) => usual.get(name) !== setting);
  return changed.length === 0 ? 'the defaults' : changed.map(([name, setting]) => `${name} ${setting}`).join(', ');
}

/** A URL from an environment variable was not checked yet; it may hold what it should not: credentials, a token in its query. */
function withoutCredentials(url: string | undefined): string | undefined {
  return url?.includes('@') ? '(a URL with credentials)' : url?.split(/[?#]/)[0];
}
