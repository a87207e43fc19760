import { resolve } from 'node:path';
import { DEFAULT_POLICY, type Policy } from '../../decision/policy';
import { REQUEST_LIMITS } from '../../rancher/request-gate';
import { parseRancherUrl } from '../../rancher/rancher-url';
import type { EnvironmentConfiguration } from './configuration';
import type { ConfigurationProblem } from './configuration-error';
import { formatDuration } from './duration';
import { configuredGate } from './gates';
import { targetsOf } from './notifications';
import { configuredProbes } from './probes';
import type { LoadedFile } from './load-configuration';
import type { RancherVariables } from './rancher-variables';
import { whyBadAlias, whyBadRancherUrl, withPolicySettings } from './schema';
import type { SecretSpelling } from '../../credentials/secret-spelling';
import type { SecretSource } from '../../credentials/secret-source';

/** Long enough for a file that is distributed to machines, short enough for a key that was taken away. */
const KEY_GRACE_MILLIS = 120_000;

type ToSource = (spelling: SecretSpelling) => SecretSource;

/** The environments of the file, or, where it has none, the one that the environment variables describe. */
export function environmentsOf(
  loaded: LoadedFile | undefined,
  variables: RancherVariables,
  toSource: ToSource,
  problems: ConfigurationProblem[],
): Map<string, EnvironmentConfiguration> {
  const named = Object.entries(loaded?.content.environments ?? {});
  const environments =
    named.length > 0 && loaded !== undefined
      ? named.map(([alias]) => fromFile(alias, loaded, variables, toSource))
      : fromVariables(loaded, variables, toSource, problems);
  for (const environment of environments) checkPolls(environment, problems);
  checkAliases(environments, problems);
  return new Map(environments.map((environment) => [environment.alias, environment]));
}

function fromFile(
  alias: string,
  loaded: LoadedFile,
  variables: RancherVariables,
  toSource: ToSource,
): EnvironmentConfiguration {
  const { content, yaml } = loaded;
  const environment = content.environments?.[alias];
  const url =
    environment?.rancher?.url === undefined
      ? commonUrl(loaded, variables)
      : { value: environment.rancher.url, where: yaml.where(['environments', alias, 'rancher', 'url']) };
  const policy = withPolicySettings(withPolicySettings(DEFAULT_POLICY, content.defaults), environment?.policy);
  return {
    alias,
    where: yaml.where(['environments', alias], { atKey: true }),
    project: environment?.project ?? projectIdIn(url?.value) ?? alias,
    url,
    ...accessOf(loaded, environment?.rancher, ['environments', alias, 'rancher'], variables, toSource),
    policy: { ...policy, label: environment?.labels ?? policy.label },
    variables: new Map(
      Object.entries(environment?.variables ?? {}).map(([name, spelling]) => [name, toSource(spelling)]),
    ),
    gates: new Map(
      Object.entries(environment?.gates ?? {}).map(([name, gate]) => [name, configuredGate(name, gate, toSource)]),
    ),
    probes: configuredProbes(environment?.probes, toSource),
    notifications: targetsOf({ ...content.notifications, ...environment?.notifications }, toSource),
  };
}

/** Without environments in a file, the variables describe one, as they do for the tools that people come from. */
function fromVariables(
  loaded: LoadedFile | undefined,
  variables: RancherVariables,
  toSource: ToSource,
  problems: ConfigurationProblem[],
): EnvironmentConfiguration[] {
  const url = commonUrl(loaded, variables);
  if (url === undefined) return [];
  const alias = variables.environment ?? 'default';
  const wrong = whyBadAlias(alias);
  if (wrong !== undefined) {
    problems.push({
      where: 'RANCHER_ENVIRONMENT',
      message: `${wrong}; or put the environment into a drover.yaml under an alias`,
    });
    return [];
  }
  const policy: Policy = withPolicySettings(DEFAULT_POLICY, loaded?.content.defaults);
  return [
    {
      alias,
      where: 'environment variables',
      project: variables.environmentId ?? variables.environment ?? projectIdIn(url.value),
      url,
      ...accessOf(loaded, undefined, [], variables, toSource),
      policy,
      variables: new Map(),
      gates: new Map(),
      probes: configuredProbes(undefined, toSource),
      notifications: targetsOf(loaded?.content.notifications ?? {}, toSource),
    },
  ];
}

function commonUrl(loaded: LoadedFile | undefined, variables: RancherVariables): EnvironmentConfiguration['url'] {
  if (loaded?.content.rancher?.url !== undefined) {
    return { value: loaded.content.rancher.url, where: loaded.yaml.where(['rancher', 'url']) };
  }
  return variables.url === undefined ? undefined : { value: variables.url.value, where: variables.url.variable };
}

function accessOf(
  loaded: LoadedFile | undefined,
  own: NonNullable<LoadedFile['content']['rancher']> | undefined,
  ownPath: readonly string[],
  variables: RancherVariables,
  toSource: ToSource,
): Pick<EnvironmentConfiguration, 'accessKey' | 'secretKey' | 'keyGraceMillis' | 'requests' | 'ca' | 'events'> {
  const common = loaded?.content.rancher;
  const key = (name: 'accessKey' | 'secretKey'): SecretSource | undefined => {
    const spelling = own?.[name] ?? common?.[name];
    return spelling === undefined ? variables[name] : toSource(spelling);
  };
  const caPath = own?.ca ?? common?.ca;
  const ca =
    caPath !== undefined && loaded !== undefined
      ? {
          path: resolve(loaded.folder, caPath),
          where: loaded.yaml.where(own?.ca === undefined ? ['rancher', 'ca'] : [...ownPath, 'ca']),
        }
      : variables.ca === undefined
        ? undefined
        : { path: variables.ca, where: 'RANCHER_CA_FILE' };
  return {
    accessKey: key('accessKey'),
    secretKey: key('secretKey'),
    requests: {
      perSecond: own?.requests?.perSecond ?? common?.requests?.perSecond ?? REQUEST_LIMITS.perSecond,
      concurrent: own?.requests?.concurrent ?? common?.requests?.concurrent ?? REQUEST_LIMITS.concurrent,
    },
    keyGraceMillis: own?.keyGrace ?? common?.keyGrace ?? KEY_GRACE_MILLIS,
    ca,
    events: own?.events ?? common?.events ?? true,
  };
}

function projectIdIn(url: string | undefined): string | undefined {
  return url === undefined || whyBadRancherUrl(url) !== undefined ? undefined : parseRancherUrl(url).projectId;
}

function checkPolls(environment: EnvironmentConfiguration, problems: ConfigurationProblem[]): void {
  const { pollMinMillis, pollMaxMillis } = environment.policy;
  if (pollMinMillis <= pollMaxMillis) return;
  problems.push({
    where: environment.where,
    message: `environment ${environment.alias}: pollMin (${formatDuration(pollMinMillis)}) is longer than pollMax (${formatDuration(pollMaxMillis)}); make pollMin the shorter one`,
  });
}

/** One project under two names could be deployed to twice at a time: the workflow id would not keep them apart. */
function checkAliases(environments: readonly EnvironmentConfiguration[], problems: ConfigurationProblem[]): void {
  const seen = new Map<string, EnvironmentConfiguration>();
  for (const environment of environments) {
    const { url, project, alias } = environment;
    if (url === undefined || project === undefined || whyBadRancherUrl(url.value) !== undefined) continue;
    const { origin, basePath } = parseRancherUrl(url.value);
    const key = `${origin}${basePath} ${project}`;
    const other = seen.get(key);
    if (other === undefined) {
      seen.set(key, environment);
      continue;
    }
    problems.push({
      where: environment.where,
      message: `${alias} and ${other.alias} (${other.where}) are the same environment of Rancher, project ${JSON.stringify(project)} at ${origin}${basePath}; keep one of them, so that a service cannot be deployed twice at a time`,
    });
  }
}
