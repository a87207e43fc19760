import { CHECK_STATUSES } from '../../decision/checks';
import type { CheckStatus, Finding } from '../../decision/checks';
import { exitCodeOf } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import { clean, jsonLine } from '../render/clean';
import { fold } from '../render/fold';
import { labelled } from '../render/labelled';
import type { Paint, Tone } from '../render/style';

const TONES: Readonly<Record<CheckStatus, Tone>> = { ok: 'good', warning: 'careful', failed: 'bad', skipped: 'quiet' };

/** How many checks came out how. */
export type FindingCounts = Readonly<Record<CheckStatus, number>>;

/** Counts findings by how they came out. */
export function countFindings(findings: readonly Finding[]): FindingCounts {
  const entries = CHECK_STATUSES.map((status) => [status, findings.filter((one) => one.status === status).length]);
  return Object.fromEntries(entries) as FindingCounts;
}

/** What the command ends as: a person must look where a check failed. */
export function verdictOfFindings(counts: FindingCounts): Extract<Verdict, 'succeeded' | 'needs-attention'> {
  return counts.failed > 0 ? 'needs-attention' : 'succeeded';
}

/** The findings as JSON lines, with a summary at the end. */
export function findingsJson(findings: readonly Finding[]): string {
  const counts = countFindings(findings);
  const verdict = verdictOfFindings(counts);
  const lines = findings.map((one) => jsonLine({ type: 'check', ...one, mend: one.mend === '' ? null : one.mend }));
  return [...lines, jsonLine({ type: 'doctor', ...counts, verdict, exitCode: exitCodeOf(verdict) })].join('');
}

/**
 * The findings for people: a heading for each environment, a word for how each check came out, and below it what mends it.
 *
 * @param columns of the terminal; undefined where lines may be of any length
 */
export function findingsText(findings: readonly Finding[], columns: number | undefined, paint: Paint): string {
  const environments = [...new Set(findings.map(({ environment }) => environment))];
  const parts = environments.map((environment) => {
    const heading = environment === null ? 'This machine and Temporal' : `Environment ${clean(environment)}`;
    const own = findings.filter((one) => one.environment === environment);
    return [`${paint('strong', heading)}\n`, ...own.map((one) => findingText(one, columns, paint))].join('');
  });
  return [...parts, summaryText(countFindings(findings), columns)].join('\n');
}

function findingText({ check, status, text, mend }: Finding, columns: number | undefined, paint: Paint): string {
  const row = labelled(status, `${check}: ${text}`, columns);
  const toned = row.replace(status, paint(TONES[status], status));
  if (mend === '') return toned;
  // A command is copied: it is not broken, and nothing but it stands on its line.
  return `${toned}${labelled(status === 'skipped' ? 'try' : 'mend', mend, columns)}`;
}

function summaryText({ ok, warning, failed, skipped }: FindingCounts, columns: number | undefined): string {
  const end =
    failed > 0
      ? 'What failed stops deployments, or lets them go wrong: mend it, and run this again.'
      : warning > 0
        ? 'Nothing stops deployments; the warnings say what would be better.'
        : 'All is well.';
  const text = `${String(ok)} ok, ${String(warning)} ${warning === 1 ? 'warning' : 'warnings'}, ${String(failed)} failed, ${String(skipped)} skipped. ${end}`;
  return fold(text, columns)
    .map((line) => `${line}\n`)
    .join('');
}
