import type { DeploymentStory } from '../deployment-story';
import type { DeploymentSummary } from '../deployment-summary';
import { logbookNote } from '../history/logbook';
import type { LogbookLine } from '../history/logbook';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import { clean, jsonLine } from '../render/clean';
import { headingText } from '../render/deployment-heading';
import { finalLines } from '../render/final-lines';
import { fold } from '../render/fold';
import { resultLine } from '../render/json-renderer';
import { labelled } from '../render/labelled';
import { tableText } from '../render/table';
import { withVerdicts } from '../verdict-of-end';
import { lineOf, standingOf } from './show-list';

const HEADS = ['STARTED', 'VERDICT OR PHASE', 'TOOK', 'IMAGE', 'BY', 'REQUEST'] as const;

/** How something is shown. */
export interface Shown {
  readonly json: boolean;
  /** Of the terminal; undefined where it is none. */
  readonly columns: number | undefined;
}

/** The deployments of one service, a line each. */
export function historyText(found: readonly DeploymentSummary[], { json, columns }: Shown, now: number): string {
  const judged = withVerdicts(found);
  if (json) return judged.map((summary) => jsonLine(lineOf(summary))).join('');
  const rows = judged.map((summary) => [
    clock(summary.startedAt),
    standingOf(summary),
    formatDuration((summary.endedAt ?? now) - summary.startedAt),
    summary.image,
    summary.requestedBy,
    summary.requestId,
  ]);
  return tableText(HEADS, rows, columns);
}

/** One deployment and its whole logbook. */
export function logbookText(story: DeploymentStory, { json, columns }: Shown): string {
  const { deployment, logbook, outcome, progress } = story;
  const note = logbookNote(logbook);
  if (json) {
    const { startedAt, ...rest } = deployment;
    const { lines, cut, kept } = logbook;
    return [
      { type: 'deployment', ...rest, startedAt: new Date(startedAt).toISOString() },
      ...lines.map(({ at, ...line }) => ({ type: 'event', at: new Date(at).toISOString(), ...line })),
      { type: 'logbook', lines: lines.length, cut, kept, note },
      ...(outcome === null ? [] : [resultLine(outcome, deployment)]),
    ]
      .map(jsonLine)
      .join('');
  }
  const standing = outcome === null ? (progress?.phase ?? 'running') : outcome.verdict;
  const { why } = story.record.asked ?? { why: null };
  return [
    ...fold(`${headingText(deployment, standing)}${why === null ? '' : `: ${clean(why)}`}`, columns, '  ').map(
      (line) => `${line}\n`,
    ),
    ...(outcome === null ? [] : finalLines(outcome, deployment)).map(({ label, text }) =>
      labelled(label, text, columns),
    ),
    '\n',
    ...(note === '' ? [] : fold(note, columns).map((line) => `${line}\n`)),
    ...logbook.lines.map((line) => logLine(line, columns)),
  ].join('');
}

/** Time, level and phase in words, then what happened: nothing is said by a colour. */
function logLine({ at, level, phase, text }: LogbookLine, columns: number | undefined): string {
  const time = new Date(at).toISOString();
  return fold(`${time} ${level} ${clean(phase)}: ${clean(text)}`, columns, '  ')
    .map((line) => `${line}\n`)
    .join('');
}
