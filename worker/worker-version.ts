import { createHash } from 'node:crypto';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { WorkflowBundle } from './bundle/workflow-bundle';
import { codeOf, workflowBundle } from './bundle/workflow-bundle';
import type { VersioningSettings } from './config/versioning';

/** Characters of the digest in a build id: enough to tell builds apart, short enough to be typed. */
const DIGEST_LENGTH = 12;

/**
 * What Temporal knows a worker by, where it is versioned: the name of the deployment and the id of the build. The id says which workflow
 * code it runs, so that two workers of one id replay each other's histories: the package's version, and a digest of the bundle.
 *
 * @throws BundleError where there are no workflows to run
 */
export async function workerVersion(
  settings: VersioningSettings | undefined,
  packageVersion: string,
  env: NodeJS.ProcessEnv,
): Promise<WorkerDeploymentVersion | undefined> {
  if (settings === undefined) return undefined;
  const { deployment, buildId } = settings;
  return {
    deploymentName: deployment,
    buildId: buildId ?? buildIdOf(packageVersion, await workflowBundle(env)),
  };
}

/** `0.1.0-3f2a1b9c8d7e`: the package's version, and what the workflows' code is. */
export function buildIdOf(packageVersion: string, bundle: WorkflowBundle): string {
  return `${packageVersion}-${createHash('sha256')
    .update(withoutSourceMap(codeOf(bundle)))
    .digest('hex')
    .slice(0, DIGEST_LENGTH)}`;
}

/** The map of the sources has paths of the machine that built them; the code has none. */
function withoutSourceMap(code: string): string {
  return code.replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '');
}
