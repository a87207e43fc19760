import { exitCodeOf } from '../../decision/verdict';
import type { Hold, PipelineProgress, PipelineResult, Said, StageProgress } from '../../workflows/pipeline-contract';
import { formatDuration } from '../input/duration';
import type { CoordinatorSummary } from '../coordinator/coordinator-summary';
import type { CoordinatorTold } from '../coordinator/follow-coordinator';
import type { PipelineHandle } from '../pipeline/promotions';
import { clean, jsonLine } from '../render/clean';
import { tableText } from '../render/table';

const HOW = {
  started: 'started',
  attached: 'running already: attached to it',
  over: 'this request is over: this is how it ended (to promote again, give another --request-id)',
} as const;

/** Shows a pipeline as it goes: one line per change, or JSON lines. */
export class PipelineRenderer {
  #shown = '';

  constructor(
    private readonly write: (text: string) => void,
    private readonly json: boolean,
    private readonly pipelineId: string,
  ) {}

  begin({ summary, how }: PipelineHandle): void {
    const { requestId, requestedBy, link, startedAt } = summary;
    if (this.json)
      return this.#json({ type: 'pipeline', how, requestId, requestedBy, link, startedAt: iso(startedAt) });
    this.#line(Date.now(), 'info', 'pipeline', `${HOW[how]} (request ${requestId}, by ${requestedBy})`);
    if (link !== null) this.#line(Date.now(), 'info', 'pipeline', `in Temporal Web: ${link}`);
  }

  render(told: CoordinatorTold<PipelineProgress>): void {
    switch (told.type) {
      case 'event': {
        const { at, level, stage, text } = told.event;
        if (this.json) this.#json({ type: 'event', at: iso(at), level, stage, text });
        else this.#line(at, level, stage === '' ? 'pipeline' : stage, text);
        return;
      }
      case 'notice':
        if (this.json) this.#json({ type: 'notice', at: iso(told.at), level: told.level, text: told.text });
        else this.#line(told.at, told.level, 'client', told.text);
        return;
      case 'progress': {
        if (!this.json) return;
        const shown = told.progress.stages.map(({ name, state }) => `${name} ${state}`).join('\n');
        if (shown !== this.#shown) this.#json({ type: 'progress', stages: told.progress.stages.map(dated) });
        this.#shown = shown;
        return;
      }
      case 'result': {
        const { verdict, reason, nextStep, result } = told.outcome;
        const exitCode = exitCodeOf(verdict);
        if (this.json)
          return this.#json({ type: 'result', verdict, exitCode, reason, nextStep, ...resultLine(result) });
        const level = exitCode === 0 ? 'info' : verdict === 'detached' ? 'warning' : 'error';
        this.#line(Date.now(), level, 'verdict', `${verdict} (exit code ${String(exitCode)})`);
        this.#line(Date.now(), level, 'reason', reason);
        if (nextStep !== '') this.#line(Date.now(), level, 'next', nextStep);
        return;
      }
      default:
        told satisfies never;
    }
  }

  #line(at: number, level: 'info' | 'warning' | 'error', topic: string, text: string): void {
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
    this.write(`${time} ${level.toUpperCase()} pipeline ${this.pipelineId} ${clean(topic)}: ${clean(text)}\n`);
  }

  #json(line: object): void {
    this.write(jsonLine({ ...line, pipelineId: this.pipelineId }));
  }
}

/** Where a pipeline is now, for people or as one JSON line. */
export function pipelineText(
  summary: CoordinatorSummary,
  progress: PipelineProgress | null,
  json: boolean,
  now: number,
): string {
  if (json)
    return jsonLine({
      ...{ type: 'pipeline', ...summaryLine(summary) },
      stages: progress?.stages.map(dated) ?? null,
      images: progress?.images ?? null,
      reason: progress?.result?.reason ?? null,
    });
  const row = (label: string, text: string): string => `  ${label.padEnd(10)} ${clean(text)}`;
  const how =
    summary.verdict ?? (summary.isRunning ? `running for ${formatDuration(now - summary.startedAt)}` : summary.status);
  return [
    clean(`${progress?.name ?? 'Pipeline'} of ${summary.stacks} ${summary.id}: ${how}`),
    row('asked', `by ${summary.requestedBy}, request ${summary.requestId}`),
    ...(progress === null || progress.images.length === 0 ? [] : [row('promotes', progress.images.join(', '))]),
    ...(progress?.stages ?? []).flatMap((stage) => [
      row('stage', stageText(stage, now)),
      ...(stage.rejectedBy === null ? [] : [row('rejected', saidText(stage.rejectedBy))]),
      ...(stage.brokenGlass === null ? [] : [row('glass', `broken ${saidText(stage.brokenGlass)}`)]),
      ...environmentRows(stage, row),
    ]),
    ...(progress?.result == null ? [] : [row('reason', progress.result.reason)]),
    ...(progress === null ? [row('', 'no worker answers: this is what Temporal itself knows')] : []),
    ...(summary.link === null ? [] : [row('temporal', summary.link)]),
    '',
  ].join('\n');
}

/** Pipelines, the running ones first. */
export function pipelinesText(
  found: readonly CoordinatorSummary[],
  json: boolean,
  columns: number | undefined,
): string {
  if (json)
    return [
      ...found.map((one) => ({ type: 'pipeline', ...summaryLine(one) })),
      { type: 'pipelines', count: found.length, exitCode: 0 },
    ]
      .map(jsonLine)
      .join('');
  if (found.length === 0) return 'There are no pipelines.\n';
  const rows = found.map((one) => [
    one.id,
    one.verdict ?? (one.isRunning ? one.phase : one.status),
    `${one.stacks} → ${one.environments}`,
    one.requestedBy,
    iso(one.startedAt).replace(/\.\d+Z$/, 'Z'),
  ]);
  return tableText(['PIPELINE', 'STATE', 'WHAT', 'BY', 'STARTED'], rows, columns);
}

/** What is held. */
export function holdsText(found: readonly Hold[], json: boolean): string {
  if (json)
    return [
      ...found.map(({ since, ...rest }) => ({ type: 'hold', ...rest, since: iso(since) })),
      { type: 'holds', count: found.length, exitCode: 0 },
    ]
      .map(jsonLine)
      .join('');
  if (found.length === 0) return 'Nothing is held.\n';
  return found
    .flatMap(({ id, environment, stack, images, why, since }) => [
      clean(`${id}: ${images.join(', ')}`),
      `  ${'kept from'.padEnd(10)} ${clean(`${stack} in ${environment}, since ${iso(since).replace(/\.\d+Z$/, 'Z')}`)}`,
      `  ${'why'.padEnd(10)} ${clean(why)}`,
      `  ${'let go'.padEnd(10)} drover holds --let-go ${id} --why "…"`,
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function stageText({ name, state, waitsFor, until, approvedBy, from }: StageProgress, now: number): string {
  const left = until === null || until <= now ? '' : ` (for ${formatDuration(until - now)} more)`;
  const approved = approvedBy.length === 0 ? '' : `; approved by ${approvedBy.join(', ')}`;
  return `${name}, from ${from}: ${state}${waitsFor === null ? '' : `: ${waitsFor}${left}`}${approved}`;
}

function saidText({ by, why, at }: Said): string {
  return `by ${by} at ${iso(at).replace(/\.\d+Z$/, 'Z')}${why === null ? '' : `: ${why}`}`;
}

function environmentRows({ environments }: StageProgress, row: (label: string, text: string) => string): string[] {
  return environments.flatMap(({ environment, releaseId, verdict, reason, changes }) => {
    const how =
      verdict === null
        ? releaseId === null
          ? 'not begun'
          : `release ${releaseId}`
        : `${verdict}${reason === null ? '' : ` (${reason})`}`;
    return [row('', `${environment}: ${how}`), ...changes.map((change) => row('', `  ${change}`))];
  });
}

function resultLine(result: PipelineResult | null): object {
  return { endedAt: result === null ? null : iso(result.endedAt), stages: result?.stages.map(dated) ?? [] };
}

function dated({ since, until, rejectedBy, brokenGlass, ...rest }: StageProgress): object {
  const said = (one: Said | null): object | null => (one === null ? null : { ...one, at: iso(one.at) });
  return {
    ...rest,
    ...{ rejectedBy: said(rejectedBy), brokenGlass: said(brokenGlass) },
    ...{ since: iso(since), until: until === null ? null : iso(until) },
  };
}

function summaryLine({ id, startedAt, endedAt, requestDigest: _digest, ...rest }: CoordinatorSummary): object {
  return { pipelineId: id, ...rest, startedAt: iso(startedAt), endedAt: endedAt === null ? null : iso(endedAt) };
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
