import type { Client, Connection } from '@temporalio/client';
import { RefusedError } from '../errors/refused-error';
import type { BuildStanding, Builds, BuildState, RunningOn } from '../versions/build-standing';
import { WORKFLOW_QUEUE } from '../../workflows/contract';
import { AT_ONCE } from './deployments';
import { grpcTroubleOf } from './grpc-trouble';
import { inParallel } from './in-parallel';
import { pollersOf } from './require-workers';

/** Workflows of one build that are named; more are counted. */
const MOST_NAMED = 100;

/** Temporal's numbers for the states of a version. */
const STATES: Readonly<Record<number, BuildState>> = {
  1: 'inactive',
  2: 'current',
  3: 'ramping',
  4: 'draining',
  5: 'drained',
};

/** The builds of Drover's workers: which one new work goes to, and what still runs on which. It asks Temporal alone. */
export class WorkerVersions {
  constructor(
    private readonly client: Client,
    private readonly connection: Connection,
    private readonly explained: <T>(work: () => Promise<T>) => Promise<T>,
  ) {}

  /** @throws RefusedError where there is no such deployment: no versioned worker ever polled */
  builds(deployment: string): Promise<Builds> {
    return this.explained(async () => {
      const info = await this.info(deployment);
      const current = info.routingConfig?.currentDeploymentVersion?.buildId;
      const percent = info.routingConfig?.rampingVersionPercentage ?? 0;
      const polling = new Set(
        (await pollersOf(this.connection, this.namespace, WORKFLOW_QUEUE, 'workflows')).map(
          ({ deploymentOptions }) => deploymentOptions?.buildId,
        ),
      );
      const builds = await inParallel(info.versionSummaries ?? [], AT_ONCE, async (summary): Promise<BuildStanding> => {
        const buildId = summary.deploymentVersion?.buildId ?? '';
        const state = STATES[summary.status ?? 0] ?? 'inactive';
        const { running, count } = await this.runningOn(deployment, buildId);
        return {
          ...{ buildId, state, running, count },
          percent: state === 'ramping' ? percent : null,
          isPolled: polling.has(buildId),
          since: Number(summary.createTime?.seconds ?? 0) * 1000,
        };
      });
      return {
        deployment,
        current: current ? current : null,
        builds: builds.toSorted((one, other) => other.since - one.since),
      };
    });
  }

  /**
   * Makes a build the one that new work goes to; null: unversioned workers. What runs and is pinned stays where it is.
   *
   * @param ignoreMissingQueues also where nobody of that build serves a task queue that the current one serves
   * @throws RefusedError where no worker of that build ever polled, or a queue would be left alone
   */
  promote(
    deployment: string,
    buildId: string | null,
    ignoreMissingQueues: boolean,
  ): Promise<{ former: string | null }> {
    return this.explained(async () => {
      if (buildId !== null) await this.requireBuild(deployment, buildId);
      try {
        const { previousDeploymentVersion } = await this.connection.workflowService.setWorkerDeploymentCurrentVersion({
          ...{ namespace: this.namespace, deploymentName: deployment, buildId: buildId ?? '' },
          identity: this.client.options.identity,
          ignoreMissingTaskQueues: ignoreMissingQueues,
        });
        return { former: previousDeploymentVersion?.buildId ?? null };
      } catch (error) {
        if (grpcTroubleOf(error)?.trouble !== 'not ready') throw error;
        const missing = await this.missingQueues(deployment, buildId);
        throw new RefusedError(
          `Build ${buildId ?? UNVERSIONED} cannot become the current one: ${grpcTroubleOf(error)?.details ?? ''}${missing}.`,
          'Start its workers for all environments first. Where an environment is given up on purpose, add --ignore-missing-queues.',
          { cause: error },
        );
      }
    });
  }

  /**
   * Moves one running workflow to another build, which goes on with it from its history. The build has to replay that history: one that
   * does not gets on no further, and loses nothing; it is moved back.
   *
   * @throws RefusedError where no worker of that build polls, or no such workflow runs
   */
  move(deployment: string, workflowId: string, buildId: string): Promise<void> {
    return this.explained(async () => {
      await this.requireBuild(deployment, buildId);
      try {
        await this.connection.workflowService.updateWorkflowExecutionOptions({
          namespace: this.namespace,
          workflowExecution: { workflowId },
          workflowExecutionOptions: {
            versioningOverride: {
              pinned: { behavior: PINNED, version: { deploymentName: deployment, buildId } },
            },
          },
          updateMask: { paths: ['versioning_override'] },
          identity: this.client.options.identity,
        });
      } catch (error) {
        if (grpcTroubleOf(error)?.trouble !== 'not found') throw error;
        throw new RefusedError(
          `There is no running workflow ${workflowId}.`,
          '"drover versions" names those that run, by build; a deployment is deploy/ENVIRONMENT/STACK/SERVICE.',
          { cause: error },
        );
      }
    });
  }

  private get namespace(): string {
    return this.client.options.namespace;
  }

  private async runningOn(deployment: string, buildId: string): Promise<{ running: RunningOn[]; count: number }> {
    const query = `ExecutionStatus = 'Running' AND TemporalWorkerDeploymentVersion = '${deployment}:${buildId}'`;
    const running: RunningOn[] = [];
    for await (const { workflowId, type } of this.client.workflow.list({ query, pageSize: MOST_NAMED })) {
      running.push({ workflowId, type });
      if (running.length >= MOST_NAMED) break;
    }
    const count = running.length < MOST_NAMED ? running.length : (await this.client.workflow.count(query)).count;
    return { running, count };
  }

  /** Which queues the current build serves and another one does not, in words; empty where that cannot be told. */
  private async missingQueues(deployment: string, buildId: string | null): Promise<string> {
    const current = (await this.info(deployment)).routingConfig?.currentDeploymentVersion?.buildId;
    if (!current || buildId === null) return '';
    const [now, then] = await Promise.all([this.queuesOf(deployment, current), this.queuesOf(deployment, buildId)]);
    const missing = [...now].filter((queue) => !then.has(queue));
    return missing.length === 0 ? '' : ` (${missing.join(', ')})`;
  }

  private async queuesOf(deploymentName: string, buildId: string): Promise<ReadonlySet<string>> {
    const { workerDeploymentVersionInfo } = await this.connection.workflowService.describeWorkerDeploymentVersion({
      namespace: this.namespace,
      deploymentVersion: { deploymentName, buildId },
    });
    return new Set((workerDeploymentVersionInfo?.taskQueueInfos ?? []).map(({ name }) => name ?? ''));
  }

  private async requireBuild(deployment: string, buildId: string): Promise<void> {
    const { versionSummaries } = await this.info(deployment);
    const known = (versionSummaries ?? []).map(({ deploymentVersion }) => deploymentVersion?.buildId ?? '');
    if (known.includes(buildId)) return;
    throw new RefusedError(
      `No worker of build ${buildId} was ever seen in deployment ${deployment}; builds are ${known.join(', ')}.`,
      'Start a worker of it: it says its deployment and its build.',
    );
  }

  private async info(deployment: string): Promise<Info> {
    try {
      const { workerDeploymentInfo } = await this.connection.workflowService.describeWorkerDeployment({
        namespace: this.namespace,
        deploymentName: deployment,
      });
      return workerDeploymentInfo ?? {};
    } catch (error) {
      const failed = grpcTroubleOf(error);
      if (failed?.trouble !== 'not found' || /namespace/i.test(failed.details)) throw error;
      throw new RefusedError(
        `There is no worker deployment "${deployment}": no versioned worker was ever connected to namespace ${this.namespace}.`,
        'Workers are unversioned unless worker.versioning.enabled is set. With another name of the deployment, write --deployment NAME.',
        { cause: error },
      );
    }
  }
}

type Described = Awaited<ReturnType<Connection['workflowService']['describeWorkerDeployment']>>;
type Info = NonNullable<Described['workerDeploymentInfo']>;

/** How people spell workers without a version. */
const UNVERSIONED = 'unversioned';

/** Temporal's number: the workflow stays on the version until the override is taken away. */
const PINNED = 1;
