import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { UPGRADE_SERVICE } from '../workflows/contract';
import { PIPELINE } from '../workflows/pipeline-contract';
import { RELEASE } from '../workflows/release-contract';
import type { Measure } from './measure';

const EVERY_MILLIS = 15_000;
const ASK_LIMIT_MILLIS = 5_000;

const RUNS = `ExecutionStatus = 'Running'`;
/** Of each environment. */
const QUERIES = {
  drover_deployments_in_flight: '',
  drover_deployments_parked: ` AND DroverPhase = 'parked'`,
  // What a release holds nobody confirms alone: the release is counted.
  drover_deployments_confirming: ` AND DroverPhase = 'confirming' AND DroverRelease IS NULL`,
} as const;
/** Of all of them: a release or a pipeline may be about several, and has them in one attribute. */
const QUERIES_OF_ALL = {
  drover_releases_confirming: `WorkflowType = '${RELEASE}' AND ${RUNS} AND DroverPhase = 'confirming'`,
  drover_pipelines_waiting: `WorkflowType = '${PIPELINE}' AND ${RUNS} AND (DroverPhase STARTS_WITH 'approval: ' OR DroverPhase STARTS_WITH 'held: ')`,
} as const;

/** What {@link countDeployments} counts, and where. */
export interface CountDeploymentsOptions {
  readonly connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>;
  readonly namespace: string;
  readonly environments: readonly string[];
  readonly measure: Pick<Measure, 'count' | 'set'>;
  readonly signal: AbortSignal;
  /** Milliseconds. Default 15 seconds. */
  readonly everyMillis?: number;
}

/**
 * Asks Temporal now and then how many deployments of each environment run and are parked, and what waits for a person, until `signal`. What cannot be asked is not
 * known: then the gauges are `NaN`, not what they were.
 */
export async function countDeployments(options: CountDeploymentsOptions): Promise<void> {
  const { environments, signal, everyMillis = EVERY_MILLIS } = options;
  while (!signal.aborted) {
    await Promise.all([...environments.map((environment) => countIn(environment, options)), countAll(options)]);
    await delay(everyMillis, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function countIn(environment: string, options: CountDeploymentsOptions): Promise<void> {
  const running = `WorkflowType = '${UPGRADE_SERVICE}' AND ${RUNS} AND DroverEnvironment = '${environment}'`;
  for (const [name, more] of entriesOf(QUERIES)) await count(name, `${running}${more}`, { environment }, options);
}

async function countAll(options: CountDeploymentsOptions): Promise<void> {
  for (const [name, query] of entriesOf(QUERIES_OF_ALL)) await count(name, query, {}, options);
}

async function count(
  name: keyof typeof QUERIES | keyof typeof QUERIES_OF_ALL,
  query: string,
  labels: Readonly<Record<string, string>>,
  { connection, namespace, measure, signal }: CountDeploymentsOptions,
): Promise<void> {
  if (signal.aborted) return;
  try {
    const { count: counted } = await connection.withDeadline(Date.now() + ASK_LIMIT_MILLIS, () =>
      connection.workflowService.countWorkflowExecutions({ namespace, query }),
    );
    measure.set(name, Number(counted), labels);
  } catch {
    if (signal.aborted) return;
    measure.count('drover_count_failures_total');
    measure.set(name, NaN, labels);
  }
}

function entriesOf<Name extends string>(queries: Readonly<Record<Name, string>>): [Name, string][] {
  return Object.entries(queries) as [Name, string][];
}
