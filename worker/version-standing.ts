import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';

/** How soon a version that polls is known to Temporal: it is registered by the first poll, milliseconds. */
const PATIENCE_MILLIS = 10_000;
const PAUSE_MILLIS = 250;

/**
 * For people, where a worker's version stands: it takes new work, or only what began on it, or nothing until somebody makes it the current
 * one, which a worker that is new to versioning easily waits for in vain.
 */
export async function standingText(
  connection: NativeConnection,
  namespace: string,
  { deploymentName, buildId }: WorkerDeploymentVersion,
): Promise<string> {
  const name = `worker: deployment ${deploymentName}, build ${buildId}`;
  const until = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const routing = await routingOf(connection, namespace, deploymentName);
    if (routing === undefined && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
      continue;
    }
    const current = routing?.currentDeploymentVersion?.buildId;
    if (current === buildId) return `${name}: it is the current one, new work comes to it`;
    if (routing?.rampingDeploymentVersion?.buildId === buildId)
      return `${name}: it is ramping, ${String(routing.rampingVersionPercentage ?? 0)} % of new work comes to it`;
    const others = current ? `the current one is ${current}` : 'no build is current';
    return `${name}: ${others}; new work comes to this worker after "drover versions promote ${buildId}"`;
  }
}

type Described = Awaited<ReturnType<NativeConnection['workflowService']['describeWorkerDeployment']>>;
type Routing = NonNullable<NonNullable<Described['workerDeploymentInfo']>['routingConfig']>;

async function routingOf(
  connection: NativeConnection,
  namespace: string,
  deploymentName: string,
): Promise<Routing | undefined> {
  try {
    const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
      namespace,
      deploymentName,
    });
    return workerDeploymentInfo?.routingConfig ?? undefined;
  } catch (error) {
    // Not known yet: nobody polled before.
    if (error instanceof Error && /not.?found/i.test(error.message)) return undefined;
    throw error;
  }
}
