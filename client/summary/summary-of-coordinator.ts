import type { CoordinatorHandle } from '../coordinator/coordinator-handle';
import type { CoordinatorProgress, CoordinatorTold } from '../coordinator/follow-coordinator';
import type { JobSummary, SummaryEnd, SummaryMaker, SummaryPart } from './job-summary';
import { LogKeeper } from './log-keeper';

/** What a release and a pipeline tell alike, besides what is needed to follow them. */
interface Summarised extends CoordinatorProgress {
  readonly startedAt: number;
  readonly result: (NonNullable<CoordinatorProgress['result']> & { readonly endedAt: number }) | null;
}

/** What is said of a release, or of a pipeline. */
export interface SummaryForm<P extends Summarised> {
  readonly what: JobSummary['what'];
  /** A line of its logbook, with the place that it is about. */
  textOf(event: P['events'][number]): string;
  /** Before who asked; what is null or empty is left out. */
  factsOf(progress: P): readonly (readonly [name: string, text: string | null])[];
  partsOf(progress: P): readonly SummaryPart[];
}

/** Makes the summary of a release or of a pipeline from what is told while it is followed. */
export class SummaryOfCoordinator<P extends Summarised> implements SummaryMaker {
  readonly #kept: LogKeeper;
  #handle: Pick<CoordinatorHandle<P>, 'id' | 'summary'> | null = null;
  #progress: P | null = null;

  constructor(
    private readonly form: SummaryForm<P>,
    private readonly title: string,
    now: number,
  ) {
    this.#kept = new LogKeeper(now);
  }

  failed(end: SummaryEnd): void {
    this.#kept.failed(end);
  }

  begin(handle: Pick<CoordinatorHandle<P>, 'id' | 'summary'>): void {
    this.#handle = handle;
  }

  render(told: CoordinatorTold<P>): void {
    switch (told.type) {
      case 'event': {
        const { at, level } = told.event;
        return this.#kept.add({ at, level, text: this.form.textOf(told.event) });
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
      what: this.form.what,
      title: handle === null ? this.title : handle.id,
      ...this.#kept.end,
      startedAt: progress?.startedAt ?? handle?.summary.startedAt ?? this.#kept.startedAt,
      endedAt: progress?.result?.endedAt ?? now,
      facts: [
        ...(progress === null ? [] : this.form.factsOf(progress)),
        ['Asked by', handle?.summary.requestedBy ?? null] as const,
        ['Request', handle?.summary.requestId ?? null] as const,
        ['In Temporal', handle?.summary.link ?? null] as const,
      ].filter((fact): fact is readonly [string, string] => typeof fact[1] === 'string' && fact[1] !== ''),
      parts: progress === null ? [] : this.form.partsOf(progress),
      log: this.#kept.lines,
    };
  }
}
