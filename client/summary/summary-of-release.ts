import type { CoordinatorTold } from '../coordinator/follow-coordinator';
import type { ReleaseHandle } from '../drover-client';
import type { ParticipantProgress, ReleaseProgress } from '../../workflows/release-contract';
import type { JobSummary, SummaryEnd, SummaryMaker, SummaryPart } from './job-summary';
import { standingOf } from './job-summary';
import { LogKeeper } from './log-keeper';

/** Makes the summary of a release from what is told while it is followed. */
export class SummaryOfRelease implements SummaryMaker {
  readonly #kept: LogKeeper;
  #handle: Pick<ReleaseHandle, 'id' | 'summary'> | null = null;
  #progress: ReleaseProgress | null = null;

  constructor(
    private readonly title: string,
    now: number,
  ) {
    this.#kept = new LogKeeper(now);
  }

  failed(end: SummaryEnd): void {
    this.#kept.failed(end);
  }

  begin(handle: Pick<ReleaseHandle, 'id' | 'summary'>): void {
    this.#handle = handle;
  }

  render(told: CoordinatorTold<ReleaseProgress>): void {
    switch (told.type) {
      case 'event':
        return this.#kept.add({ ...told.event, text: `${told.event.phase}: ${told.event.text}` });
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
    const participants = progress?.result?.participants ?? progress?.participants ?? [];
    return {
      what: 'release',
      title: handle === null ? this.title : handle.id,
      ...this.#kept.end,
      startedAt: progress?.startedAt ?? handle?.summary.startedAt ?? this.#kept.startedAt,
      endedAt: progress?.result?.endedAt ?? now,
      facts: [
        ['Name', progress?.name ?? null],
        ['Asked by', handle?.summary.requestedBy ?? null],
        ['Request', handle?.summary.requestId ?? null],
        ['Decision', progress?.decision ?? null],
        ['In Temporal', handle?.summary.link ?? null],
      ].filter((fact): fact is [string, string] => typeof fact[1] === 'string' && fact[1] !== ''),
      parts: participants.map(partOf),
      log: this.#kept.lines,
    };
  }
}

function partOf({ environment, stack, service, images, state, verdict, reason }: ParticipantProgress): SummaryPart {
  const isBegun = state !== 'waiting' && state !== 'asked' && state !== 'left-alone';
  return {
    name: `${environment} ${stack}/${service}`,
    standing: verdict !== null ? standingOf(verdict) : isBegun ? 'error' : 'skipped',
    state: verdict ?? state,
    change: images,
    reason: reason ?? '',
  };
}
