import type { SummaryEnd, SummaryLine } from './job-summary';
import { LOG_LIMIT, NOT_OVER } from './job-summary';

/** What all summaries keep: the last lines, and the end. */
export class LogKeeper {
  readonly #lines: SummaryLine[] = [];
  #end: SummaryEnd = NOT_OVER;

  constructor(readonly startedAt: number) {}

  add(line: SummaryLine): void {
    this.#lines.push(line);
    if (this.#lines.length > LOG_LIMIT) this.#lines.shift();
  }

  failed({ verdict, reason, nextStep }: SummaryEnd): void {
    this.#end = { verdict, reason, nextStep };
  }

  get end(): SummaryEnd {
    return this.#end;
  }

  get lines(): readonly SummaryLine[] {
    return [...this.#lines];
  }
}
