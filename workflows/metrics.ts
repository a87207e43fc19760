import { metricMeter } from '@temporalio/workflow';
import type { Phase } from '../decision/phase';
import type { Verdict } from '../decision/verdict';
import type { PhaseSpan } from './contract';
import type { MetricName } from './metric-table';
import { METRICS, UNSERVED } from './metric-table';

/** What the measuring knows of a deployment. */
interface Measured {
  readonly request: { readonly environment: string };
  /** A worker of the environment has answered: it exists. */
  readonly isServed: boolean;
}

/** Why a rollback was: it failed, a person asked for it, or the upgrade is to be made anew. */
export type RollbackWhy = 'failed' | 'asked' | 'again';

const WAITS_FOR_PEOPLE: readonly Phase[] = ['confirming', 'parked'];

/** A phase is over. Nothing is measured while a history is replayed: this holds for everything here. */
export function measurePhase(deployment: Measured, { phase, from, to }: PhaseSpan): void {
  // The clock of a workflow follows the server's: after a change of server it may go back.
  const seconds = Math.max(0, to - from) / 1000;
  const labels = { environment: environmentOf(deployment), phase };
  record('drover_phase_seconds', seconds, labels);
  if (WAITS_FOR_PEOPLE.includes(phase)) record('drover_waiting_for_people_seconds', seconds, labels);
}

/** A deployment is over. */
export function measureVerdict(deployment: Measured, verdict: Verdict): void {
  count('drover_deployments_total', { environment: environmentOf(deployment), verdict });
}

/** The former configuration is proven to run again. */
export function measureRollback(deployment: Measured, why: RollbackWhy): void {
  count('drover_rollbacks_total', { environment: environmentOf(deployment), why });
}

function environmentOf({ isServed, request }: Measured): string {
  return isServed ? request.environment : UNSERVED;
}

function count(name: MetricName, labels: Readonly<Record<string, string>>): void {
  metricMeter.createCounter(name, undefined, METRICS[name].help).add(1, labels);
}

function record(name: MetricName, seconds: number, labels: Readonly<Record<string, string>>): void {
  metricMeter.createHistogram(name, 'float', undefined, METRICS[name].help).record(seconds, labels);
}
