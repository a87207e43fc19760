import type { WorkflowExecutionInfo } from '@temporalio/client';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { DeploymentRef, DeploymentSeen } from '../activities/dependencies';
import { isVerdict } from '../decision/verdict';

type Run = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'memo'>;

/** Of one request at most so many runs are looked through: each reset makes one more. */
const MOST_RUNS = 20;

/**
 * Reads what became of a deployment, from Temporal: no worker has to answer. Null where there never was one. The newest run of a service, and
 * the record of a request that never ran, Temporal tells at once; an older one it lists, a second after it began at the latest.
 */
export function deploymentReader(
  connection: NativeConnection,
  namespace: string,
  dataConverter: DataConverter = {},
): (ref: DeploymentRef) => Promise<DeploymentSeen | null> {
  const client = new Client({ connection, namespace, dataConverter });
  return async (ref) => {
    for (const workflowId of [ref.workflowId, ref.recordId]) {
      const newest = await describe(client, workflowId);
      if (newest !== null && isOf(newest, ref)) return seen(client, newest);
    }
    const listed = await listedRun(client, ref);
    return listed === null ? null : seen(client, listed);
  };
}

async function describe(client: Client, workflowId: string): Promise<Run | null> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function isOf({ memo }: Run, { deploymentId }: DeploymentRef): boolean {
  return memo?.['deploymentId'] === deploymentId;
}

async function listedRun(client: Client, ref: DeploymentRef): Promise<Run | null> {
  // Nothing of Drover's is named so; what stands in quotes ends with one.
  if (/["'\\\0]/.test(`${ref.requestId}${ref.workflowId}`)) return null;
  const query = `WorkflowId = '${ref.workflowId}' AND DroverRequest = '${ref.requestId}'`;
  let looked = 0;
  for await (const info of client.workflow.list({ query, pageSize: MOST_RUNS })) {
    if (isOf(info, ref)) return info;
    looked += 1;
    if (looked >= MOST_RUNS) break;
  }
  return null;
}

async function seen(client: Client, { workflowId, runId, status }: Run): Promise<DeploymentSeen> {
  if (status.name === 'RUNNING') return { is: 'running', workflowId, runId };
  const end = { is: 'over', workflowId, runId } as const;
  if (status.name === 'COMPLETED') {
    const result: unknown = await client.workflow.getHandle(workflowId, runId, { followRuns: false }).result();
    if (typeof result === 'object' && result !== null && 'verdict' in result && isVerdict(result.verdict))
      return { ...end, verdict: result.verdict, ...textsOf(result) };
  }
  const reason = 'somebody ended its workflow in Temporal';
  return { ...end, verdict: 'interfered', reason, nextStep: 'Look at the service; a new deployment settles it.' };
}

function textsOf(result: object): { reason: string; nextStep: string } {
  const text = (key: string): string => {
    const value: unknown = Object.entries(result).find(([name]) => name === key)?.[1];
    return typeof value === 'string' ? value : '';
  };
  return { reason: text('reason'), nextStep: text('nextStep') };
}
