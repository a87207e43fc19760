import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { UPGRADE_SERVICE } from '../workflows/contract';
import type { Measure } from './measure';

const EVERY_MILLIS = 15_000;
const ASK_LIMIT_MILLIS = 5_000;

const QUERIES = {
  drover_deployments_in_flight: '',
  drover_deployments_parked: ` AND DroverPhase = 'parked'`,
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
 * Asks Temporal now and then how many deployments of each environment run and are parked, until `signal`. What cannot be asked is not
 * known: then the gauges are `NaN`, not what they were.
 */
export async function countDeployments(options: CountDeploymentsOptions): Promise<void> {
  const { environments, signal, everyMillis = EVERY_MILLIS } = options;
  while (!signal.aborted) {
    await Promise.all(environments.map((environment) => countIn(environment, options)));
    await delay(everyMillis, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function countIn(environment: string, options: CountDeploymentsOptions): Promise<void> {
  const { connection, namespace, measure, signal } = options;
  const running = `WorkflowType = '${UPGRADE_SERVICE}' AND ExecutionStatus = 'Running' AND DroverEnvironment = '${environment}'`;
  for (const name of Object.keys(QUERIES) as (keyof typeof QUERIES)[]) {
    try {
      const { count } = await connection.withDeadline(Date.now() + ASK_LIMIT_MILLIS, () =>
        connection.workflowService.countWorkflowExecutions({ namespace, query: `${running}${QUERIES[name]}` }),
      );
      measure.set(name, Number(count), { environment });
    } catch {
      if (signal.aborted) return;
      measure.count('drover_count_failures_total');
      measure.set(name, NaN, { environment });
    }
  }
}
