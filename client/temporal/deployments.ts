import type { Client, Connection } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { DeploymentRequest } from '../../decision/request';
import type { Verdict } from '../../decision/verdict';
import { UPGRADE_SERVICE, workflowIdOf } from '../../workflows/contract';
import type { DeploymentSummary } from '../deployment-summary';
import type { Target } from '../input/upgrade-input';
import { deploymentLink } from './web-link';
import { summarise } from './summarise';

/** Which deployments to list. */
export interface ListFilters {
  readonly environment?: string;
  readonly stack?: string;
  readonly service?: string;
  readonly verdict?: Verdict;
  readonly requestId?: string;
  /** Only those that run. Default false. */
  readonly running?: boolean;
  /** At most so many. Default 20. */
  readonly limit?: number;
}

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
  async find(target: Target, runId?: string): Promise<DeploymentSummary | null> {
    const id = workflowIdOf(target.environment, target.stack, target.service);
    try {
      return summarise(await this.client.workflow.getHandle(id, runId).describe(), this.linkOf);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
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

/** Temporal's query for a list of deployments. */
export function queryOf(filters: ListFilters): string {
  const { environment, stack, service, requestId, verdict } = filters;
  const equal: readonly (readonly [string, string | undefined])[] = [
    ['WorkflowType', UPGRADE_SERVICE],
    ['DroverEnvironment', environment],
    ['DroverStack', stack],
    ['DroverService', service],
    ['DroverRequest', requestId],
    ['DroverVerdict', verdict],
  ];
  return [
    ...equal.flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${quoted(value)}`])),
    ...(filters.running === true ? ["ExecutionStatus = 'Running'"] : []),
  ].join(' AND ');
}

/** A text of the query language, which knows both ways to put a quote into one: doubled, and after a backslash. */
function quoted(value: string): string {
  return `'${value.replaceAll(/['\\]/g, (character) => (character === "'" ? "''" : '\\\\'))}'`;
}
