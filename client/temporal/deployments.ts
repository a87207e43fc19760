import type { Client, Connection } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { DeploymentRequest } from '../../decision/request';
import { workflowIdOf } from '../../workflows/contract';
import { recordIdOf } from '../../workflows/lane-contract';
import type { DeploymentSummary } from '../deployment-summary';
import type { Target } from '../input/upgrade-input';
import { inParallel } from './in-parallel';
import { queryOf } from './list-query';
import type { ListFilters } from './list-query';
import { deploymentLink } from './web-link';
import { summarise } from './summarise';

/** Calls under way at once, where Temporal is asked about many services one by one. */
export const AT_ONCE = 8;
/** Earlier deployments of a service among which the owner of a label is looked for. */
const EARLIER_LIMIT = 200;
/** Deployments that need a person, listed unless said otherwise: all that a person could see to. */
export const ATTENTION_LIMIT = 500;

/** Reads what Temporal knows about deployments; needs no worker. */
export class Deployments {
  constructor(
    private readonly client: Client,
    private readonly connection: Connection,
    private readonly webUrl: string | undefined,
  ) {}

  readonly linkOf = (workflowId: string, runId: string): string | null =>
    deploymentLink(this.webUrl, this.client.options.namespace, workflowId, runId);

  /** The newest deployment of a service, or a certain run of it; null where Temporal knows none. */
  find(target: Target, runId?: string): Promise<DeploymentSummary | null> {
    return this.describe(workflowIdOf(target.environment, target.stack, target.service), runId);
  }

  /** What became of a request that was in a lane: its deployment, or the record of one that never ran; null while there is neither. */
  async ofTicket(request: DeploymentRequest): Promise<DeploymentSummary | null> {
    const { environment, stack, service, requestId, deploymentId } = request;
    const newest = await this.find(request);
    if (newest?.requestId === requestId) return newest;
    const record = await this.describe(recordIdOf(environment, stack, service, deploymentId));
    if (record !== null) return record;
    // It may have run and be over, with others since: that is only listed.
    const [listed] = await this.list({ environment, stack, service, requestId, limit: 1 });
    return listed ?? null;
  }

  private async describe(id: string, runId?: string): Promise<DeploymentSummary | null> {
    try {
      return summarise(await this.client.workflow.getHandle(id, runId).describe(), this.linkOf);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** The newest deployment of a service for a request; its id, or the deployment's own, which is not indexed: looked for among the last. */
  async ofRequest(target: Target, id: string): Promise<DeploymentSummary | null> {
    const { environment, stack, service } = target;
    const [found] = await this.list({ environment, stack, service, requestId: id, limit: 1 });
    if (found !== undefined) return found;
    const earlier = await this.list({ environment, stack, service, limit: EARLIER_LIMIT });
    return earlier.find(({ deploymentId }) => deploymentId === id) ?? null;
  }

  /** Those that run, then the last that ended, as Temporal lists them: what has only just begun may be missing for a second. */
  async list(filters: ListFilters): Promise<readonly DeploymentSummary[]> {
    const found: DeploymentSummary[] = [];
    const limit = filters.limit ?? 20;
    // Nothing is named so; and SQLite ends a text at a NUL, quotes or not.
    if (Object.values(filters).some((value) => typeof value === 'string' && value.includes('\0'))) return found;
    for await (const info of this.client.workflow.list({ query: queryOf(filters), pageSize: Math.min(limit, 200) })) {
      found.push(summarise(info, this.linkOf));
      if (found.length >= limit) break;
    }
    return found;
  }

  /**
   * Those that wait for a person now, but for what a release holds until it decides; and those that ended as `needs-attention` and are the newest of their service. Why is in their
   * memo, so a list of hundreds costs a few calls; only for the ended ones Temporal is asked one by one what came after them.
   */
  async needingAttention(
    filters: Pick<ListFilters, 'environment' | 'stack' | 'service' | 'limit'>,
  ): Promise<{ readonly deployments: readonly DeploymentSummary[]; readonly isCutOff: boolean }> {
    const limit = filters.limit ?? ATTENTION_LIMIT;
    const [waiting, ended] = await Promise.all([
      this.list({ ...filters, running: true, phases: ['parked', 'confirming'], limit: limit + 1 }),
      this.list({ ...filters, verdict: 'needs-attention', limit: limit + 1 }),
    ]);
    const newest = await inParallel(ended, AT_ONCE, async (one) => (await this.find(one))?.runId === one.runId);
    // Nobody can confirm these alone: their release is told of itself.
    const alone = waiting.filter(({ attention }) => attention?.kind !== 'release');
    const deployments = [...alone, ...ended.filter((_, index) => newest[index] === true)];
    return {
      deployments: deployments.slice(0, limit),
      isCutOff: deployments.length > limit || waiting.length > limit || ended.length > limit,
    };
  }

  /**
   * What Temporal knows of the deployments of a service, as far as it tells whose a label is: the newest, from Temporal's own record; and
   * where that runs, or is the one, no more.
   */
  async ownersOf(target: Target, deploymentIds: readonly string[]): Promise<readonly DeploymentSummary[]> {
    const latest = await this.find(target);
    if (latest === null) return [];
    if (latest.run === 'running' || deploymentIds.every((id) => id === latest.deploymentId)) return [latest];
    const { environment, stack, service } = target;
    const earlier = await this.list({ environment, stack, service, limit: EARLIER_LIMIT });
    return [latest, ...earlier.filter(({ runId }) => runId !== latest.runId)];
  }

  /** What a deployment was asked for, from the first event of its history; null where that cannot be read. */
  async requestOf(summary: DeploymentSummary): Promise<DeploymentRequest | null> {
    const { history } = await this.connection.workflowService.getWorkflowExecutionHistory({
      namespace: this.client.options.namespace,
      execution: { workflowId: summary.workflowId, runId: summary.runId },
      maximumPageSize: 1,
    });
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const [request] = await decodeArrayFromPayloads(this.client.options.loadedDataConverter, payloads);
    return typeof request === 'object' && request !== null ? (request as DeploymentRequest) : null;
  }
}
