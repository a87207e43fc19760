import type { CoordinatorTold } from '../coordinator/follow-coordinator';
import type { PipelineHandle } from '../pipeline/promotions';
import type { PipelineProgress, StageProgress } from '../../workflows/pipeline-contract';
import type { JobSummary, SummaryEnd, SummaryMaker, SummaryPart } from './job-summary';
import { standingOf } from './job-summary';
import { LogKeeper } from './log-keeper';

/** Makes the summary of a pipeline, or a promotion, from what is told while it is followed. */
export class SummaryOfPipeline implements SummaryMaker {
  readonly #kept: LogKeeper;
  #handle: Pick<PipelineHandle, 'id' | 'summary'> | null = null;
  #progress: PipelineProgress | null = null;

  constructor(
    private readonly title: string,
    now: number,
  ) {
    this.#kept = new LogKeeper(now);
  }

  failed(end: SummaryEnd): void {
    this.#kept.failed(end);
  }

  begin(handle: Pick<PipelineHandle, 'id' | 'summary'>): void {
    this.#handle = handle;
  }

  render(told: CoordinatorTold<PipelineProgress>): void {
    switch (told.type) {
      case 'event': {
        const { stage, text } = told.event;
        return this.#kept.add({ ...told.event, text: stage === '' ? text : `${stage}: ${text}` });
      }
      case 'notice':
        return this.#kept.add(told);
      case 'progress':
        this.#progress = told.progress;
        return;
      case 'result':
        return this.#kept.failed(told.outcome);
      default:
        told satisfies never;
    }
  }

  summary(now: number): JobSummary {
    const [progress, handle] = [this.#progress, this.#handle];
    return {
      what: 'pipeline',
      title: handle === null ? this.title : handle.id,
      ...this.#kept.end,
      startedAt: progress?.startedAt ?? handle?.summary.startedAt ?? this.#kept.startedAt,
      endedAt: progress?.result?.endedAt ?? now,
      facts: [
        ['Name', progress?.name ?? null],
        ['Stack', progress?.stack ?? null],
        ['Promotes', progress?.images.join(', ') ?? null],
        ['Asked by', handle?.summary.requestedBy ?? null],
        ['Request', handle?.summary.requestId ?? null],
        ['In Temporal', handle?.summary.link ?? null],
      ].filter((fact): fact is [string, string] => typeof fact[1] === 'string' && fact[1] !== ''),
      parts: (progress?.result?.stages ?? progress?.stages ?? []).flatMap(partsOf),
      log: this.#kept.lines,
    };
  }
}

/** Its environments; a stage that has none yet is one part itself. */
function partsOf({ name, state, waitsFor, environments }: StageProgress): SummaryPart[] {
  const isBegun = state !== 'waiting';
  const whole = state === 'passed' ? 'passed' : state === 'failed' ? 'failed' : isBegun ? 'error' : 'skipped';
  if (environments.length === 0)
    return [{ name: `stage ${name}`, standing: whole, state, change: '', reason: waitsFor ?? '' }];
  return environments.map(({ environment, verdict, reason, changes }) => ({
    name: `stage ${name}: ${environment}`,
    standing: verdict === null ? whole : standingOf(verdict),
    state: verdict ?? state,
    change: changes.join(', '),
    reason: reason ?? waitsFor ?? '',
  }));
}
