import type { ConfigurationProblem } from './configuration-error';

/** How a worker takes part in Temporal's Worker Versioning. */
export interface VersioningSettings {
  /** Name of the Worker Deployment: all workers of one Drover share it. */
  readonly deployment: string;
  /** Set by hand; undefined: made of the package's version and the workflows' code. */
  readonly buildId: string | undefined;
}

/** What `drover.yaml` says about it. */
export interface WrittenVersioning {
  readonly enabled?: boolean | undefined;
  readonly deployment?: string | undefined;
  readonly buildId?: string | undefined;
}

/** Name of the Worker Deployment, unless another one is set. */
export const DEFAULT_DEPLOYMENT = 'drover';

/** Turns versioning on or off, whatever the file says. */
const SWITCH = 'DROVER_WORKER_VERSIONING';
/** As Temporal's Worker Controller for Kubernetes sets them in the pods that it makes. */
const DEPLOYMENT_VARIABLE = 'TEMPORAL_DEPLOYMENT_NAME';
const BUILD_VARIABLE = 'TEMPORAL_WORKER_BUILD_ID';

/** Why `name` cannot name a Worker Deployment, or `undefined` when it can. Temporal joins name and build with a ":" or a ".". */
export const whyBadDeployment = (name: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9_/-]{0,62}$/.test(name)
    ? undefined
    : 'the name of a Worker Deployment has 1 to 63 letters, digits, "-", "_" and "/", and begins with a letter or digit';

/** Why `id` cannot name a build, or `undefined` when it can. */
export const whyBadBuildId = (id: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/.test(id)
    ? undefined
    : 'the id of a build has 1 to 63 letters, digits, ".", "-", "_" and "+", and begins with a letter or digit';

/**
 * The file and the environment variables put together; variables win. Versioning is off unless `worker.versioning.enabled` or
 * `DROVER_WORKER_VERSIONING` says otherwise, or both of the variables of Temporal's Worker Controller are there.
 */
export function versioningOf(
  written: WrittenVersioning | undefined,
  env: NodeJS.ProcessEnv,
  problems: ConfigurationProblem[],
): VersioningSettings | undefined {
  const from = (name: string, whyBad: (value: string) => string | undefined): string | undefined => {
    const value = env[name];
    if (value === undefined || value === '') return undefined;
    const message = whyBad(value);
    if (message !== undefined) problems.push({ where: name, message });
    return value;
  };
  const deployment = from(DEPLOYMENT_VARIABLE, whyBadDeployment);
  const buildId = from(BUILD_VARIABLE, whyBadBuildId);
  const said = from(SWITCH, whyBadSwitch);
  const isControlled = deployment !== undefined && buildId !== undefined;
  const isOn = said === undefined ? (written?.enabled ?? isControlled) : said === 'true';
  if (!isOn) return undefined;
  return {
    deployment: deployment ?? written?.deployment ?? DEFAULT_DEPLOYMENT,
    buildId: buildId ?? written?.buildId,
  };
}

const whyBadSwitch = (value: string): string | undefined =>
  value === 'true' || value === 'false' ? undefined : 'expected true or false';
