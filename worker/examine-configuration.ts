import { examineRancher } from '../activities/examine/examine-rancher';
import type { RancherExamined } from '../activities/examine/examine-rancher';
import type { Finding } from '../decision/checks';
import type { Configuration, EnvironmentConfiguration } from './config/configuration';
import { ConfigurationError } from './config/configuration-error';
import type { FileSearch } from './config/find-file';
import { loadConfiguration } from './config/load-configuration';
import { prepareEnvironments } from './config/prepare-environment';
import type { PreparedEnvironment } from './config/prepare-environment';
import { dependenciesOf } from './environment-access';

/** How long Rancher may take over all of it, milliseconds. */
const LIMIT_MILLIS = 8_000;
/** Nobody mends more at a time. */
const MOST_TOLD = 20;

/** What a machine's configuration is, and what it can find out by itself. */
export interface ExaminedConfiguration {
  readonly findings: readonly Finding[];
  /** Of those that a worker here would serve. */
  readonly environments: readonly ExaminableEnvironment[];
}

/** An environment that is configured here. */
export interface ExaminableEnvironment {
  readonly alias: string;
  /** Whether all that its worker needs can be read here. */
  readonly keys: Finding;
  /** Whether this machine's configuration says where a key, the CA or a variable is; else it is no worker's, and nothing is missing. */
  readonly isNamed: boolean;
  /** Looks at its Rancher from here; null where what it takes is not here. */
  readonly examine: (() => Promise<RancherExamined>) | null;
}

/** Looks at this machine's configuration as a worker would. It asks nobody, and writes nothing. */
export function examineConfiguration(search: FileSearch): ExaminedConfiguration {
  let configuration: Configuration;
  try {
    configuration = loadConfiguration(search);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { findings: error.problems.slice(0, MOST_TOLD).map(invalid), environments: [] };
  }
  const { file, environments, worker } = configuration;
  const served = worker.environments ?? [...environments.keys()];
  const known = environments.size === 0 ? 'no environment' : `environments: ${[...environments.keys()].join(', ')}`;
  const found: Omit<Finding, 'check' | 'environment' | 'mend'> =
    file !== undefined
      ? { status: 'ok', text: `${file} is valid; ${known}` }
      : environments.size > 0
        ? { status: 'ok', text: `there is no drover.yaml; by environment variables, ${known}` }
        : {
            status: 'skipped',
            text: 'there is no drover.yaml here; a client needs none, a worker does ("drover init")',
          };
  return {
    findings: [{ check: 'configuration', environment: null, ...found, mend: '' }],
    environments: served.flatMap((alias) => {
      const environment = environments.get(alias);
      return environment === undefined ? [] : [examinable(configuration, environment)];
    }),
  };
}

function invalid({ where, message }: { readonly where: string | undefined; readonly message: string }): Finding {
  return {
    check: 'configuration',
    environment: null,
    status: 'failed',
    text: where === undefined ? message : `${where}: ${message}`,
    mend: `mend ${where ?? 'the configuration'}, as docs/configuration.md has it; then: drover doctor`,
  };
}

function examinable(configuration: Configuration, environment: EnvironmentConfiguration): ExaminableEnvironment {
  const { alias, accessKey, secretKey, ca, variables } = environment;
  const isNamed = accessKey !== undefined || secretKey !== undefined || ca !== undefined || variables.size > 0;
  const about = { check: 'keys', environment: alias } as const;
  let prepared: PreparedEnvironment | undefined;
  try {
    [prepared] = prepareEnvironments(configuration, [alias]);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const text = error.problems.map(({ message }) => message.replace(`environment ${alias}: `, '')).join('; ');
    return { alias, keys: { ...about, status: 'failed', text, mend: mendFor(text) }, isNamed, examine: null };
  }
  const text = `access key: ${accessKey?.place ?? 'none'}; secret key: ${secretKey?.place ?? 'none'}`;
  return {
    alias,
    keys: { ...about, status: 'ok', text, mend: '' },
    isNamed,
    examine: prepared === undefined ? null : () => lookFromHere(configuration, prepared),
  };
}

/** The first thing that is wrong, as the one thing to do about it. */
function mendFor(problem: string): string {
  const [, variable] = /environment variable (\S+) is (?:not set|empty)/.exec(problem) ?? [];
  if (variable !== undefined) return `export ${variable}=…, for the worker and for this command`;
  const [, file] = /(?:file|CA) (\S+) (?:does not exist|may not be|cannot be|is |holds no)/.exec(problem) ?? [];
  if (file !== undefined) return `write ${file}, readable for the user that the worker runs as`;
  return 'set what is named, as docs/configuration.md has it; then: drover doctor';
}

async function lookFromHere(configuration: Configuration, prepared: PreparedEnvironment): Promise<RancherExamined> {
  // Nothing is digested here.
  const access = dependenciesOf(configuration, prepared, new Uint8Array(32)).environment(prepared.alias);
  try {
    return await examineRancher(access, AbortSignal.timeout(LIMIT_MILLIS));
  } finally {
    access.client().close();
  }
}
