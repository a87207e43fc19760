import type { DeploymentStory } from '../deployment-story';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import { barsOf } from '../render/bars';
import { clean, jsonLine } from '../render/clean';
import { headingText } from '../render/deployment-heading';
import { fold } from '../render/fold';
import { tableText } from '../render/table';
import type { Shown } from './show-history';

const HEADS = ['PHASE', 'FROM', 'TOOK', 'SHARE'] as const;

/** How a timeline is shown. */
export interface TimelineShown extends Shown {
  /** Draw bars: on a terminal that can show more than plain text. */
  readonly bars: boolean;
}

/** Where the time of a deployment went: bars on a terminal, a table elsewhere; both say it in numbers. */
export function timelineText(story: DeploymentStory, { json, columns, bars }: TimelineShown): string {
  const { timeline, deployment, outcome, progress, now, record } = story;
  const isRunning = outcome === null;
  if (json) return jsonText(story);
  const total = (timeline.at(-1)?.to ?? now) - (timeline[0]?.from ?? now);
  // As a list counts it: with the moments before the first phase and after the last.
  const whole = (record.endedAt ?? now) - (record.entries[0]?.at ?? deployment.startedAt);
  const standing = `${isRunning ? (progress?.phase ?? 'running') : outcome.verdict}, ${formatDuration(whole)}${isRunning ? ' so far' : ''}`;
  const heading = fold(headingText(deployment, standing), columns, '  ').map((line) => `${line}\n`);
  const rows = timeline.map(({ phase, from, to }, at) => ({
    phase: clean(phase),
    from: clock(from),
    took: `${formatDuration(to - from)}${isRunning && at === timeline.length - 1 ? ' so far' : ''}`,
    share: `${String(Math.round(((to - from) / Math.max(1, total)) * 100))} %`,
  }));
  if (!bars || columns === undefined) {
    const cells = rows.map(({ phase, from, took, share }) => [phase, from, took, share]);
    return `${heading.join('')}\n${tableText(HEADS, cells, columns)}`;
  }
  const [phases, tooks] = [rows.map(({ phase }) => phase), rows.map(({ took }) => took)].map((texts) =>
    Math.max(...texts.map((text) => text.length)),
  );
  const [left, middle] = [phases ?? 0, tooks ?? 0];
  const drawn = barsOf(timeline, columns - 1 - left - middle - 4, '█');
  const lines = rows.map(({ phase, took }, at) =>
    `${phase.padEnd(left)}  ${took.padStart(middle)}  ${drawn[at] ?? ''}`.trimEnd(),
  );
  return [...heading, '\n', ...lines.map((line) => `${line}\n`)].join('');
}

function jsonText({ deployment, timeline, outcome, progress }: DeploymentStory): string {
  const { startedAt, ...rest } = deployment;
  return jsonLine({
    type: 'timeline',
    ...rest,
    startedAt: new Date(startedAt).toISOString(),
    verdict: outcome?.verdict ?? null,
    phase: outcome === null ? (progress?.phase ?? timeline.at(-1)?.phase ?? null) : 'done',
    timeline: timeline.map(({ phase, from, to }) => ({
      phase,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      millis: to - from,
    })),
    totalMillis: (timeline.at(-1)?.to ?? 0) - (timeline[0]?.from ?? 0),
  });
}
