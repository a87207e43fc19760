import type { DeploymentSummary } from '../deployment-summary';
import { formatDuration } from '../input/duration';
import { clean, jsonLine } from '../render/clean';

/** Deployments as a table, or as JSON lines. */
export function listText(found: readonly DeploymentSummary[], json: boolean, now: number, none: string): string {
  if (json) return found.map((summary) => jsonLine(lineOf(summary))).join('');
  if (found.length === 0) return `${none}\n`;
  const rows = found.map((summary) => [
    new Date(summary.startedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    summary.environment,
    `${summary.stack}/${summary.service}`,
    summary.verdict ?? (summary.run === 'running' ? summary.phase || 'running' : summary.run),
    formatDuration((summary.endedAt ?? now) - summary.startedAt),
    summary.image,
    summary.requestedBy,
  ]);
  const table = [['STARTED', 'ENVIRONMENT', 'SERVICE', 'VERDICT OR PHASE', 'TOOK', 'IMAGE', 'BY'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => clean(cell).padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
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
