import type { Phase } from '../decision/phase';
import type { PhaseSpan, ProgressEvent } from './contract';

/** Events kept for the query; older ones are in the workflow's history. */
const KEPT = 100;

/** Phases and events of a deployment, as they happened. */
export class Logbook {
  phase: Phase = 'resolving';
  phaseSince: number;
  eventCount = 0;
  readonly events: ProgressEvent[] = [];
  readonly #spans: PhaseSpan[] = [];

  constructor(readonly startedAt: number) {
    this.phaseSince = startedAt;
  }

  /** Goes to a phase, and returns the stay in the one before; null when it is there already. */
  enter(phase: Phase, now: number): PhaseSpan | null {
    if (phase === this.phase) return null;
    const span = { phase: this.phase, from: this.phaseSince, to: now };
    this.#spans.push(span);
    this.phase = phase;
    this.phaseSince = now;
    return span;
  }

  note(level: ProgressEvent['level'], text: string, now: number): void {
    this.eventCount += 1;
    this.events.push({ at: now, level, phase: this.phase, text });
    if (this.events.length > KEPT) this.events.shift();
  }

  /** All spans up to now. */
  timeline(now: number): PhaseSpan[] {
    const last = { phase: this.phase, from: this.phaseSince, to: now };
    return this.phase === 'done' ? [...this.#spans] : [...this.#spans, last];
  }
}
