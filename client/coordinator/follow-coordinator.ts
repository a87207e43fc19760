import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../../decision/verdict';

/** One line of a logbook. */
interface Line {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** What a release and a pipeline answer alike. */
export interface CoordinatorProgress {
  /** The last lines; `eventCount` tells how many there were in all. */
  readonly events: readonly Line[];
  readonly eventCount: number;
  readonly result: { readonly verdict: Verdict; readonly reason: string; readonly nextStep: string } | null;
}

/** How it ended, as far as whoever followed it knows. */
export interface CoordinatorOutcome<P extends CoordinatorProgress> {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  /** Null where it is not over, or somebody ended the workflow. */
  readonly result: P['result'];
}

/** What whoever follows it is told. */
export type CoordinatorTold<P extends CoordinatorProgress> =
  | { readonly type: 'event'; readonly event: P['events'][number] }
  | { readonly type: 'notice'; readonly at: number; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'progress'; readonly progress: P }
  | { readonly type: 'result'; readonly outcome: CoordinatorOutcome<P> };

/** Where it is asked. */
export interface FollowedCoordinator<P extends CoordinatorProgress> {
  /** Null: no worker answers for now. */
  progress(): Promise<P | null>;
  /** As Temporal sees its workflow: `running`, `completed`, `terminated` …; null where it does not answer. */
  status(): Promise<string | null>;
}

/** What is said of a release, or of a pipeline. */
export interface CoordinatorWords<P extends CoordinatorProgress> {
  /** `release`, `pipeline`. */
  readonly what: string;
  /** The client stops; it goes on. */
  detached(why: string): CoordinatorOutcome<P>;
  endedFromOutside(status: string): CoordinatorOutcome<P>;
  /** With what the client comes back though it is not over; null: it goes on following. */
  interim(progress: P): CoordinatorOutcome<P> | null;
}

/** How it is followed. Times in milliseconds. */
export interface FollowCoordinatorOptions {
  /** Between two looks. Default 1000. */
  readonly intervalMillis?: number;
  /** When to stop, whatever it does. Default 24 hours. */
  readonly limitMillis?: number;
  /** Aborted where the client is asked to stop: it goes on. */
  readonly signal?: AbortSignal;
  /** Follow on while something is parked. Default false: a CI job would wait for days. */
  readonly watchOn?: boolean;
}

const FOLLOW_LIMIT_MILLIS = 24 * 3_600_000;

/** Tells everything that happens to a release or a pipeline, and ends with one `result`. Nothing here changes it. */
export async function* followCoordinator<P extends CoordinatorProgress>(
  followed: FollowedCoordinator<P>,
  words: CoordinatorWords<P>,
  options: FollowCoordinatorOptions = {},
): AsyncGenerator<CoordinatorTold<P>, CoordinatorOutcome<P>> {
  const deadline = Date.now() + (options.limitMillis ?? FOLLOW_LIMIT_MILLIS);
  const end = async function* (
    outcome: CoordinatorOutcome<P>,
  ): AsyncGenerator<CoordinatorTold<P>, CoordinatorOutcome<P>> {
    yield { type: 'result', outcome };
    return outcome;
  };
  let seen = 0;
  let isSilent = false;
  for (;;) {
    const progress = await followed.progress();
    if (progress === null) {
      if (!isSilent)
        yield notice('warning', `no worker answers: the ${words.what} waits for one (nothing is lost); still watching`);
      isSilent = true;
    } else {
      if (isSilent) yield notice('info', 'the worker answers again');
      isSilent = false;
      const fresh = Math.min(progress.eventCount - seen, progress.events.length);
      if (progress.eventCount - seen > fresh)
        yield notice('warning', `${String(progress.eventCount - seen - fresh)} earlier events are only in the history`);
      for (const event of fresh > 0 ? progress.events.slice(-fresh) : []) yield { type: 'event', event };
      seen = progress.eventCount;
      yield { type: 'progress', progress };
      if (progress.result !== null) {
        const { verdict, reason, nextStep } = progress.result;
        return yield* end({ verdict, reason, nextStep, result: progress.result });
      }
      const interim = options.watchOn === true ? null : words.interim(progress);
      if (interim !== null) return yield* end(interim);
    }
    const status = await followed.status();
    // What has completed says so when a worker answers.
    if (status !== null && status !== 'running' && status !== 'completed')
      return yield* end(words.endedFromOutside(status));
    const why = whyStop(options.signal, deadline);
    if (why !== null) return yield* end(words.detached(why));
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    await delay(options.intervalMillis ?? 1000, null, signal).catch(() => null);
  }
}

function whyStop(signal: AbortSignal | undefined, deadline: number): string | null {
  if (signal?.aborted === true) return 'it was asked to stop';
  return Date.now() >= deadline ? 'the time to follow it is over' : null;
}

function notice(
  level: 'info' | 'warning',
  text: string,
): { type: 'notice'; at: number; level: 'info' | 'warning'; text: string } {
  return { type: 'notice', at: Date.now(), level, text };
}
