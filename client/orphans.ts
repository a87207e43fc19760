import { deploymentIdOf } from '../decision/deployment-label';
import type { Verdict } from '../decision/verdict';
import type { PendingUpgrade } from '../workflows/contract';
import type { DeploymentSummary } from './deployment-summary';
import type { Offer } from './orphan-offers';
import { offersFor } from './orphan-offers';

/** A pending upgrade that nobody cares for: it carries the label of a deployment that is over. */
export interface Orphan {
  readonly pending: PendingUpgrade;
  /** The deployment that left it. */
  readonly deploymentId: string;
  /** What Temporal still knows of it; null where it knows nothing any more. */
  readonly deployment: DeploymentSummary | null;
  /** How that deployment ended, in words. */
  readonly why: string;
  readonly offers: readonly Offer[];
}

/** What `drover orphans` found. */
export interface Orphans {
  readonly environment: string;
  readonly orphans: readonly Orphan[];
  /** Pending upgrades of services on which a deployment runs, which sees to them. */
  readonly running: number;
  /** Pending upgrades that are somebody else's: without a label, or with one that was taken along. */
  readonly foreign: number;
  /** Labelled ones that were not looked at, for there are too many. */
  readonly leftOut: number;
}

/**
 * Whether a verdict says that the deployment left nothing pending. Then a later upgrade that somebody made by hand has taken its label
 * along (Rancher's UI copies labels), and is not its own.
 */
const LEFT_NOTHING: Readonly<Record<Verdict, boolean>> = {
  succeeded: true,
  unchanged: true,
  failed: true,
  invalid: true,
  'rolled-back': true,
  cancelled: true,
  refused: true,
  unreachable: true,
  superseded: true,
  'needs-attention': false,
  interfered: false,
  // No ends of a workflow: whoever has one of these knows nothing of the service.
  held: false,
  detached: false,
};

/**
 * Whose a pending upgrade with a label is.
 *
 * @param runs what Temporal knows of the service's deployments
 */
export function judgePending(
  environment: string,
  pending: PendingUpgrade,
  runs: readonly DeploymentSummary[],
): Orphan | 'running' | 'foreign' {
  // Whether it is its own or another one that settles or adopts it: somebody cares for it.
  if (runs.some(({ run }) => run === 'running')) return 'running';
  for (const deploymentId of deploymentsOf(pending)) {
    const deployment = runs.find((one) => one.deploymentId === deploymentId) ?? null;
    const verdict = deployment?.verdict ?? null;
    if (verdict !== null && LEFT_NOTHING[verdict]) continue;
    const offers = offersFor(environment, pending, deploymentId);
    return { pending, deploymentId, deployment, why: whyOver(deployment), offers };
  }
  return 'foreign';
}

/** The deployments whose labels a pending upgrade carries, the primary's first. */
export function deploymentsOf({ configs }: PendingUpgrade): string[] {
  const labels = configs.flatMap(({ deploymentLabel }) => (deploymentLabel === null ? [] : [deploymentLabel]));
  return [...new Set(labels.map(deploymentIdOf))];
}

function whyOver(deployment: DeploymentSummary | null): string {
  if (deployment === null)
    return 'Temporal knows nothing of it any more (it was deleted, is beyond the retention of the namespace, or is of another installation)';
  const { run, verdict, phase, endedAt, attention } = deployment;
  const when = endedAt === null ? '' : ` at ${new Date(endedAt).toISOString().replace(/\.\d+Z$/, 'Z')}`;
  if (verdict !== null) return `it ended as "${verdict}"${when}${attention === null ? '' : `: ${attention.reason}`}`;
  const where = phase === '' ? '' : `, in phase ${phase}`;
  return `its workflow is ${run}${when}${where}: it could not tidy up`;
}
