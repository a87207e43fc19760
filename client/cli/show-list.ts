import type { DeploymentSummary } from '../deployment-summary';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import { jsonLine } from '../render/clean';
import { tableText } from '../render/table';
import { withVerdicts } from '../verdict-of-end';

const HEADS = ['STARTED', 'ENVIRONMENT', 'SERVICE', 'VERDICT OR PHASE', 'TOOK', 'IMAGE', 'BY'] as const;

/**
 * Deployments as a table, or as JSON lines.
 *
 * @param columns of the terminal; undefined where it is none
 */
export function listText(
  found: readonly DeploymentSummary[],
  how: { readonly json: boolean; readonly columns: number | undefined; readonly now: number; readonly none: string },
): string {
  const judged = withVerdicts(found);
  if (how.json) return judged.map((summary) => jsonLine(lineOf(summary))).join('');
  if (judged.length === 0) return `${how.none}\n`;
  const rows = judged.map((summary) => [
    clock(summary.startedAt),
    summary.environment,
    `${summary.stack}/${summary.service}`,
    standingOf(summary),
    formatDuration((summary.endedAt ?? how.now) - summary.startedAt),
    summary.image,
    summary.requestedBy,
  ]);
  return tableText(HEADS, rows, how.columns);
}

/** Its verdict, and how its workflow was ended where it did not end by itself; or the phase of one that runs. */
export function standingOf({ verdict, run, phase }: DeploymentSummary): string {
  if (run === 'running') return verdict ?? (phase || 'running');
  const ended = run === 'completed' ? run : `${run} in Temporal`;
  if (verdict === null) return ended;
  return run === 'completed' ? verdict : `${verdict} (${ended})`;
}

/** A deployment as a JSON line has it. */
export function lineOf({ startedAt, endedAt, attention, ...rest }: DeploymentSummary): object {
  return {
    type: 'deployment',
    ...rest,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    attention: attention?.reason ?? null,
  };
}
