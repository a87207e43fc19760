import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { rancherQueue, WORKFLOW_QUEUE } from '../../workflows/contract';
import { UnreachableError } from '../errors/unreachable-error';
import type { QueueKind } from './last-poll';
import { describeQueue, isFresh, polledAt } from './last-poll';

/** Temporal's number for a worker that takes part in Worker Versioning. */
const VERSIONED = 2;
/** A worker that has just started may not be listed yet. */
const PATIENCE_MILLIS = 5000;
const PAUSE_MILLIS = 500;

/**
 * Makes sure that somebody would take the work before anything is started.
 *
 * @throws UnreachableError where no worker polls, naming both things it can mean
 */
export async function requireWorkers(connection: Connection, namespace: string, environment: string): Promise<void> {
  const until = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const [workflows, activities] = await Promise.all([
      whoTakes(connection, namespace, WORKFLOW_QUEUE, 'workflows'),
      whoTakes(connection, namespace, rancherQueue(environment), 'activities'),
    ]);
    if (workflows === 'somebody' && activities === 'somebody') return;
    if (Date.now() >= until) {
      if (typeof workflows === 'object') throw notCurrent(workflows);
      if (typeof activities === 'object') throw notCurrent(activities);
      throw noWorker(environment, namespace, workflows === 'somebody');
    }
    await delay(PAUSE_MILLIS);
  }
}

type Described = Awaited<ReturnType<Connection['workflowService']['describeTaskQueue']>>;
type Poller = Described['pollers'][number];

/** Who asks a task queue for work now, whatever the build. */
export async function pollersOf(
  connection: Connection,
  namespace: string,
  name: string,
  kind: QueueKind,
): Promise<readonly Poller[]> {
  return (await described(connection, namespace, name, kind)).pollers;
}

async function described(
  connection: Connection,
  namespace: string,
  name: string,
  kind: QueueKind,
): Promise<{ readonly pollers: readonly Poller[]; readonly routing: Described['versioningInfo'] }> {
  const { pollers, versioningInfo } = await describeQueue(connection, namespace, name, kind);
  return { pollers: pollers.filter((poller) => isFresh(polledAt(poller))), routing: versioningInfo };
}

/**
 * Whether new work would be taken: with Worker Versioning it goes to the current build (or the ramping one) and to no other worker, and
 * where none is current, to unversioned workers alone.
 */
async function whoTakes(
  connection: Connection,
  namespace: string,
  name: string,
  kind: QueueKind,
): Promise<'somebody' | 'nobody' | OnlyOthers> {
  const { takes, builds, current } = await buildsAt(connection, namespace, name, kind);
  if (builds.length === 0) return 'nobody';
  return takes ? 'somebody' : { onlyOthers: builds.map((build) => build ?? 'unversioned'), current };
}

/** Workers are there, and new work comes to none of them. */
interface OnlyOthers {
  readonly onlyOthers: readonly string[];
  /** Null: new work goes to workers without a version. */
  readonly current: string | null;
}

/** Of which builds the workers are that ask a task queue for work now, and whether new work comes to some of them. */
export interface BuildsAtQueue {
  readonly takes: boolean;
  /** Each once; null: workers without a version. */
  readonly builds: readonly (string | null)[];
  /** Null where none is. */
  readonly current: string | null;
}

/** Asks Temporal who serves a task queue, by build. */
export async function buildsAt(
  connection: Connection,
  namespace: string,
  name: string,
  kind: QueueKind,
): Promise<BuildsAtQueue> {
  const { pollers, routing } = await described(connection, namespace, name, kind);
  const current = routing?.currentDeploymentVersion?.buildId;
  const ramping = (routing?.rampingVersionPercentage ?? 0) > 0 ? routing?.rampingDeploymentVersion?.buildId : undefined;
  const all = pollers.map(({ deploymentOptions }) =>
    deploymentOptions?.workerVersioningMode === VERSIONED ? (deploymentOptions.buildId ?? '') : null,
  );
  const takes = all.some((build) => (build === null ? !current : build === current || build === ramping));
  return { takes, builds: [...new Set(all)].sort(), current: current ? current : null };
}

function notCurrent({ onlyOthers, current }: OnlyOthers): UnreachableError {
  const others = onlyOthers.join(', ');
  return new UnreachableError(
    current === null
      ? `Workers are connected, of build ${others}, but no build is the current one, so no new work comes to them. Nothing was started.`
      : `The workers that are connected are of build ${others}, but new work goes to build ${current}, of which none is there. Nothing was started.`,
    current === null
      ? `Make it the current one: drover versions promote ${onlyOthers[0] ?? 'BUILD'}`
      : `Start workers of build ${current}, or make another one the current one: drover versions promote ${onlyOthers[0] ?? 'BUILD'}`,
  );
}

function noWorker(environment: string, namespace: string, anyWorker: boolean): UnreachableError {
  const start = `start one with "drover worker --environments ${environment}"`;
  return anyWorker
    ? new UnreachableError(
        `No worker serves the environment "${environment}": either its worker is down, or the name is mistyped. Nothing was started.`,
        `Write the alias as it stands under "environments:" in the worker's drover.yaml (the worker prints them when it starts),` +
          ` or ${start}. Nobody polls the task queue ${rancherQueue(environment)}.`,
      )
    : new UnreachableError(
        `No Drover worker is connected to this Temporal (namespace ${namespace}). Nothing was started.`,
        `${start[0]?.toUpperCase() ?? ''}${start.slice(1)}, or on this machine everything at once with "drover dev";` +
          ` or another Temporal was meant: see TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.`,
      );
}
