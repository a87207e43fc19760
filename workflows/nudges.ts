import type { ServiceSnapshot } from '../decision/service-snapshot';
import { isRecord } from '../decision/why-no-request';
import type { Watched } from '../activities/contract';
import type { Nudge } from './contract';

const WAKES: readonly unknown[] = [
  'state',
  'transitioning',
  'message',
  'health',
  'nearly-done',
  'check',
] satisfies Nudge['saw'][];

/** What the workers saw in Rancher's events, and whether it ends a pause. A nudge decides nothing: it only makes the next read come sooner. */
export class Nudges {
  /** Events come in, as far as the last read knew: a change wakes the deployment. */
  watched = false;
  /** How often to look by time alone at most while it is watched, milliseconds. */
  leastLookMillis = 0;
  #pending: Nudge | null = null;
  #isNearlyDone = false;

  /** What a read knew of the events. */
  promised({ watched, leastLookMillis }: { readonly [Name in keyof Watched]: Watched[Name] | undefined }): void {
    this.watched = watched === true;
    this.leastLookMillis = leastLookMillis ?? 0;
  }

  /** Whatever is sent: what cannot be read is a reason to look. `progress` is none. */
  take(given: unknown): void {
    const nudge: Nudge = isNudge(given) ? given : { saw: 'check' };
    if (nudge.saw === 'progress') return;
    if (nudge.saw === 'nearly-done') this.#isNearlyDone = true;
    // What it says besides a state may not be known by the read that finds that state.
    if (this.#pending === null || this.#pending.saw === 'state') this.#pending = nudge;
  }

  /** Something came since the last read that the read did not find. */
  wakes(service: ServiceSnapshot | null): boolean {
    if (this.#pending === null) return false;
    return this.#pending.saw !== 'state' || service === null || this.#pending.state !== service.state;
  }

  /** A pause is over, whatever ended it: the read that comes next finds what was told. */
  heard(): Nudge['saw'] | null {
    const saw = this.#pending?.saw ?? null;
    this.#pending = null;
    return saw;
  }

  /** Rancher is about to be done with what it does; told once. */
  takeNearlyDone(): boolean {
    const isNearlyDone = this.#isNearlyDone;
    this.#isNearlyDone = false;
    return isNearlyDone;
  }
}

function isNudge(given: unknown): given is Nudge {
  return isRecord(given) && (WAKES.includes(given['saw']) || isProgress(given));
}

/** So many containers of an upgrade run: told, and nothing else. */
export function isProgress(
  given: unknown,
): given is { readonly saw: 'progress'; readonly running: number; readonly expected: number } {
  return (
    isRecord(given) &&
    given['saw'] === 'progress' &&
    Number.isSafeInteger(given['running']) &&
    Number.isSafeInteger(given['expected'])
  );
}
