import type { Difference, Field, Held } from './compare';
import type { Step } from './recording';

export interface Mismatch extends Difference {
  /** Which step of the recording, and its request. */
  readonly step: string;
}

/** How long a watch took here and there, from the action before it to the rest it came to; seconds of the recording's clock. */
export interface Duration {
  readonly path: string;
  readonly recorded: number;
  readonly actual: number;
}

export interface Report {
  readonly recording: string;
  readonly exchanges: number;
  readonly fields: Readonly<Record<Held, number>>;
  readonly mismatches: readonly Mismatch[];
  readonly durations: readonly Duration[];
}

/** What a replay has counted and found so far. */
export class Tally {
  exchanges = 0;
  readonly fields: Record<Held, number> = { exact: 0, identity: 0, shape: 0 };
  readonly mismatches: Mismatch[] = [];
  readonly durations: Duration[] = [];

  constructor(private readonly recording: string) {}

  add(fields: readonly Field[], differences: readonly Difference[], step: Step, index: number): void {
    for (const { held } of fields) this.fields[held] += 1;
    const method = step.kind === 'watch' ? 'watch' : step.method;
    const note = step.kind === 'exchange' && step.note !== undefined ? ` (${step.note})` : '';
    const name = `#${index} ${method} ${step.path}${note}`;
    this.mismatches.push(...differences.map((difference) => ({ ...difference, step: name })));
  }

  report(): Report {
    const { recording, exchanges, fields, mismatches, durations } = this;
    return { recording, exchanges, fields, mismatches, durations };
  }
}
