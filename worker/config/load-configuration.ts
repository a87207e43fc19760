import { dirname, relative, resolve } from 'node:path';
import { Configuration, type WorkerConfiguration } from './configuration';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error';
import { explainIssue } from './explain-issue';
import { environmentsOf } from './environments-of';
import { findConfigurationFile, type FileSearch } from './find-file';
import { readRancherVariables } from './rancher-variables';
import { readSmallFile, whyUnread } from '../../credentials/read-small-file';
import { readYaml, type YamlFile } from './read-yaml';
import { configurationSchema, whyBadListening, type ConfigurationFile } from './schema';
import type { SecretSpelling } from '../../credentials/secret-spelling';
import { codecKeys } from '../../codec/codec-keys';
import { sourceOf } from '../../credentials/source-of';
import { secretFromFile, secretFromVariable, type SecretSource } from '../../credentials/secret-source';
import { TemporalSettings } from './temporal-settings';
import { versioningOf } from './versioning';

const SHUTDOWN_GRACE_MILLIS = 30_000;
/** Of a configuration file. */
const MOST_BYTES = 1024 * 1024;
/** Each is looked up in the file; nobody reads more of them. */
const MOST_ISSUES = 100;

/** The configuration file, read and checked, or the lack of one. */
export interface LoadedFile {
  readonly content: ConfigurationFile;
  readonly yaml: YamlFile;
  /** Relative paths in the file are relative to its folder. */
  readonly folder: string;
}

/**
 * Reads `drover.yaml` (see {@link findConfigurationFile} for where) and the environment variables. The file wins over
 * `RANCHER_*`, which fill what it leaves out; Temporal's own environment configuration wins over the file.
 *
 * A client needs no keys: that an environment has all it needs, and that its secrets can be read, is checked by
 * `prepareEnvironment`, when a worker is about to serve it.
 *
 * @throws ConfigurationError with every problem, each with file, line and column.
 */
export function loadConfiguration(search: FileSearch): Configuration {
  const { env, cwd } = search;
  const found = findConfigurationFile(search);
  const problems: ConfigurationProblem[] = [];
  const loaded = found === undefined ? undefined : loadFile(found, cwd, problems);
  const toSource = (spelling: SecretSpelling): SecretSource => sourceOf(spelling, loaded?.folder ?? cwd, env);

  const environments = environmentsOf(loaded, readRancherVariables(env, cwd), toSource, problems);
  const configuration = new Configuration(
    found?.path,
    new TemporalSettings(
      loaded?.content.temporal,
      env,
      codecKeys(loaded?.content.temporal?.codec?.keys, loaded?.folder ?? cwd, env, cwd),
    ),
    environments,
    workerOf(loaded?.content.worker, env, cwd, toSource, problems),
  );
  checkServed(configuration, loaded, problems);
  checkPrograms(configuration, loaded, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

function loadFile(
  found: { path: string; namedBy: string | undefined },
  cwd: string,
  problems: ConfigurationProblem[],
): LoadedFile {
  const name = relative(cwd, found.path);
  const shown = name === '' || name.startsWith('..') ? found.path : name;
  const yaml = readYaml(readText(found.path, shown, found.namedBy), shown);
  problems.push(...yaml.problems);
  const parsed = configurationSchema.safeParse(yaml.value);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.slice(0, MOST_ISSUES).flatMap((issue) => explainIssue(issue, yaml)));
    throw new ConfigurationError(problems.sort((one, other) => placeOf(one) - placeOf(other)));
  }
  return { content: parsed.data, yaml, folder: dirname(found.path) };
}

/** Problems of one file are told from its top to its bottom. */
function placeOf(problem: ConfigurationProblem): number {
  const match = /:(\d+):(\d+)$/.exec(problem.where ?? '');
  return Number(match?.[1] ?? 0) * 10_000 + Number(match?.[2] ?? 0);
}

function readText(path: string, shown: string, namedBy: string | undefined): string {
  const by = namedBy === undefined ? '' : ` (named by ${namedBy})`;
  const refuse = (message: string): never => {
    throw new ConfigurationError([{ where: shown, message: `${message}${by}` }]);
  };
  let bytes: Buffer;
  try {
    bytes = readSmallFile(path, MOST_BYTES);
  } catch (error) {
    const why = whyUnread(error);
    return refuse(why === 'does not exist' ? 'there is no such file' : `it ${why}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('it is not UTF-8 text; is this the right file?');
  }
}

function workerOf(
  worker: ConfigurationFile['worker'],
  env: NodeJS.ProcessEnv,
  cwd: string,
  toSource: (spelling: SecretSpelling) => SecretSource,
  problems: ConfigurationProblem[],
): WorkerConfiguration {
  const limited = env.DROVER_WORKER_ENVIRONMENTS?.split(',')
    .map((alias) => alias.trim())
    .filter((alias) => alias !== '');
  return {
    environments: limited !== undefined && limited.length > 0 ? limited : worker?.environments,
    maxConcurrentActivities: worker?.maxConcurrentActivities,
    maxConcurrentWorkflowTasks: worker?.maxConcurrentWorkflowTasks,
    maxCachedWorkflows: worker?.maxCachedWorkflows,
    shutdownGraceMillis: worker?.shutdownGraceTime ?? SHUTDOWN_GRACE_MILLIS,
    metricsAddress: addressFrom('DROVER_METRICS_ADDRESS', env, problems) ?? worker?.metricsAddress,
    healthAddress: addressFrom('DROVER_HEALTH_ADDRESS', env, problems) ?? worker?.healthAddress,
    digestSecret: digestSecretOf(worker, env, cwd, toSource),
    approvalKeys: new Map(Object.entries(worker?.approvalKeys ?? {}).map(([id, spelling]) => [id, toSource(spelling)])),
    allowExec: worker?.allowExec ?? false,
    versioning: versioningOf(worker?.versioning, env, problems),
  };
}

function addressFrom(name: string, env: NodeJS.ProcessEnv, problems: ConfigurationProblem[]): string | undefined {
  const address = env[name];
  if (address === undefined || address === '') return undefined;
  const message = whyBadListening(address);
  if (message !== undefined) problems.push({ where: name, message });
  return address;
}

function digestSecretOf(
  worker: ConfigurationFile['worker'],
  env: NodeJS.ProcessEnv,
  cwd: string,
  toSource: (spelling: SecretSpelling) => SecretSource,
): SecretSource | undefined {
  if (worker?.digestSecret !== undefined) return toSource(worker.digestSecret);
  if (env.DROVER_DIGEST_SECRET) return secretFromVariable('DROVER_DIGEST_SECRET', env);
  return env.DROVER_DIGEST_SECRET_FILE ? secretFromFile(resolve(cwd, env.DROVER_DIGEST_SECRET_FILE)) : undefined;
}

/** A program on the worker's machine is run only where that was said twice. */
function checkPrograms(
  configuration: Configuration,
  loaded: LoadedFile | undefined,
  problems: ConfigurationProblem[],
): void {
  if (configuration.worker.allowExec) return;
  for (const { alias, gates } of configuration.environments.values())
    for (const { gate } of gates.values())
      if (gate.kind === 'exec')
        problems.push({
          where: loaded?.yaml.where(['environments', alias, 'gates', gate.name, 'exec']),
          message: `gate ${gate.name} runs a program (${gate.asks}) on the worker's machine, which is off; allow it with worker: { allowExec: true }`,
        });
}

function checkServed(
  configuration: Configuration,
  loaded: LoadedFile | undefined,
  problems: ConfigurationProblem[],
): void {
  const inFile = loaded?.content.worker?.environments;
  const fromFile = configuration.worker.environments === inFile;
  for (const [index, alias] of (configuration.worker.environments ?? []).entries()) {
    if (configuration.environments.has(alias)) continue;
    const where =
      fromFile && loaded !== undefined
        ? loaded.yaml.where(['worker', 'environments', index])
        : 'DROVER_WORKER_ENVIRONMENTS';
    problems.push({ where, message: configuration.unknownEnvironment(alias) });
  }
}
