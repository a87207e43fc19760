import type { Verdict } from '../decision/verdict';
import type { DeploymentSummary, RunState } from './deployment-summary';

/** How the end of a workflow is called that left no verdict: as whoever followed it, or asks `why`, is told. */
export const VERDICT_OF_END: Readonly<Partial<Record<RunState, Verdict>>> = {
  terminated: 'interfered',
  cancelled: 'interfered',
  'timed-out': 'interfered',
  failed: 'needs-attention',
  'continued-as-new': 'needs-attention',
};

/**
 * Deployments with a verdict for each that is over. A run that a reset ended gets none where the one that went on is listed too: it is the
 * same deployment.
 */
export function withVerdicts(found: readonly DeploymentSummary[]): readonly DeploymentSummary[] {
  const newest = new Map<string, DeploymentSummary>();
  for (const one of found) {
    const other = newest.get(one.deploymentId);
    if (other === undefined || other.startedAt < one.startedAt) newest.set(one.deploymentId, one);
  }
  return found.map((one) => {
    const wentOn = one.deploymentId !== '' && newest.get(one.deploymentId) !== one;
    return { ...one, verdict: one.verdict ?? (wentOn ? null : (VERDICT_OF_END[one.run] ?? null)) };
  });
}
