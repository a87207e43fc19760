import { setTimeout as delay } from 'node:timers/promises';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { HistoryEvent, Stack } from '../../support/stack';
import type { DeploymentRun } from './deployment-run';
import type { Snapshot } from './kept-history';
import { lostEvents } from './kept-history';
import { persistently } from './persistently';

const LIST_LIMIT_MILLIS = 60_000;
const LOOK_AGAIN_MILLIS = 500;

/** What is there of an acknowledged deployment after all kills. */
export interface Kept {
  readonly service: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly deploymentId: string;
  /** What Temporal calls its state: `COMPLETED`. */
  readonly status: string;
  readonly history: readonly HistoryEvent[];
  /** `drover list` shows it. */
  readonly listed: boolean;
}

/** Every acknowledged deployment, looked up by its id, and everything that is not there any more. */
export async function lookUpAll(
  stack: Stack,
  runs: readonly DeploymentRun[],
  snapshots: readonly Snapshot[],
): Promise<{ kept: Kept[]; lost: string[] }> {
  const lost: string[] = [];
  const listed = await listedRuns(stack, runs);
  const kept: Kept[] = [];
  for (const run of runs) {
    const one = await lookUp(stack, run, listed);
    if (typeof one === 'string') lost.push(one);
    else kept.push(one);
  }
  const histories = new Map(kept.map(({ runId, history }) => [runId, history]));
  lost.push(...snapshots.flatMap((snapshot) => lostEvents(snapshot, histories.get(snapshot.runId) ?? [])));
  lost.push(...kept.filter((one) => !one.listed).map((one) => `${one.deploymentId} is not in the list of deployments`));
  return { kept, lost };
}

async function lookUp(stack: Stack, run: DeploymentRun, listed: ReadonlySet<string>): Promise<Kept | string> {
  const { acknowledged, deployment } = run;
  if (acknowledged === null) return `${deployment.service} was never acknowledged`;
  const { workflowId, runId, deploymentId } = acknowledged;
  const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  try {
    const { status, memo } = await persistently(() => client.workflow.getHandle(workflowId, runId).describe());
    if (memo?.['deploymentId'] !== deploymentId)
      return `${deploymentId} was acknowledged as run ${runId}, which is ${String(memo?.['deploymentId'])} now`;
    const history = await persistently(() => stack.history(workflowId, runId));
    const { service } = deployment;
    return { service, workflowId, runId, deploymentId, status: status.name, history, listed: listed.has(runId) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return `${deploymentId} (run ${runId}) was acknowledged, and is lost`;
    throw error;
  }
}

/** Run ids as `drover list` finds them; the list comes a moment after the truth, so it is waited for. */
async function listedRuns(stack: Stack, runs: readonly DeploymentRun[]): Promise<Set<string>> {
  const wanted = runs.flatMap(({ acknowledged }) => (acknowledged === null ? [] : [acknowledged.runId]));
  const deadline = Date.now() + LIST_LIMIT_MILLIS;
  for (;;) {
    const list = await persistently(() => stack.client.list({ environment: stack.alias, limit: runs.length * 2 }));
    const found = new Set(list.map(({ runId }) => runId));
    if (wanted.every((runId) => found.has(runId)) || Date.now() > deadline) return found;
    await delay(LOOK_AGAIN_MILLIS);
  }
}
