import type { RecordedEvent } from './recorded-event';

/** Reads that a deployment repeats for as long as Rancher is away. */
const READS = ['readService', 'prepareUpgrade'];
/** Answers of a Rancher that is there, which refuses. */
const REFUSALS = ['Unauthorised', 'Forbidden', 'NotPermitted', 'NotFound', 'Invalid', 'Configuration'];

/**
 * Whether Rancher did not answer a deployment when it was asked last: then a `retry` asks again, whatever the phase. A workflow gets to
 * messages before it gets to answers that came with them, so an answer counts from its next turn on.
 */
export class Absence {
  /** As the next message finds it. */
  isAway = false;
  /** As an update found it that the last turn has taken. */
  wasAway = false;
  #next = false;
  readonly #reads = new Set<number>();

  add(event: RecordedEvent): void {
    if (event.type === 'scheduled' && READS.includes(event.activity)) this.#reads.add(event.id);
    if (event.type === 'answered' && this.#reads.has(event.scheduledId) && event.how !== 'cancelled')
      this.#next = event.how !== 'completed' && !REFUSALS.includes(event.failureType ?? '');
    if (event.type !== 'turn') return;
    this.wasAway = this.isAway;
    this.isAway = this.#next;
  }

  /** Somebody came, and everything is tried anew. */
  isOver(): void {
    this.isAway = false;
    this.#next = false;
  }
}
