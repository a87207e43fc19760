import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../workflows/contract';
import type { Outcome } from '../outcome';
import type { FollowEvent, Notice } from './follow-event';
import type { FollowedRun, Silence } from './followed-run';
import { newEventsOf, toldBefore } from './new-events';
import { detached, held, parked, unjudged } from './interim-outcome';
import { SilenceError } from './silence-error';

/** How a deployment is followed. Times in milliseconds. */
export interface FollowOptions {
  /** Between two looks at the progress. Default 1000. */
  readonly intervalMillis?: number;
  /** When to stop waiting, whatever the deployment does. Default 24 hours. */
  readonly limitMillis?: number;
  /** Come back with `held` where the deployment waits for a confirmation. Default false. */
  readonly hold?: boolean;
  /**
   * Follow through a wait for a confirmation, to the verdict. Default false: where it was not asked to hold and waits for a person to
   * judge, the follower comes back with `needs-attention`, for a CI job would wait for days.
   */
  readonly watchOn?: boolean;
  /** Aborted where the client is asked to stop: the deployment goes on. */
  readonly signal?: AbortSignal;
  /** For the commands that the texts name: `prod storefront/web`. */
  readonly target: string;
}

/** Longest a client follows where nothing else is said; a deployment's own deadlines end it long before. */
export const FOLLOW_LIMIT_MILLIS = 24 * 3_600_000;
const LONGEST_PAUSE_MILLIS = 15_000;
/** How long the last events may keep a known verdict waiting. */
const LAST_LOOK_MILLIS = 2000;
/** How long a call that was given up may take to end. */
const LETTING_GO_MILLIS = 500;

/**
 * Tells everything that happens to a deployment, and ends with one `result`: its verdict, or `needs-attention` where it is parked or
 * waits for a person to judge it, `held` where it waits for the confirmation that was asked for, `detached` where the client stops first. Nothing here changes
 * the deployment.
 */
export async function* follow(run: FollowedRun, options: FollowOptions): AsyncGenerator<FollowEvent, Outcome> {
  const deadline = Date.now() + (options.limitMillis ?? FOLLOW_LIMIT_MILLIS);
  const interval = options.intervalMillis ?? 1000;
  const stop = new AbortController();
  const asked = options.signal;
  const relay = (): void => stop.abort();
  asked?.addEventListener('abort', relay, { once: true });
  if (asked?.aborted === true) stop.abort();
  const aborted = whenAborted(stop.signal);
  const outcome = untilOver(run, stop.signal);
  // A failure is met at the next race below; until then it must not count as unhandled.
  outcome.catch(() => undefined);
  let seen = 0;
  /** When the newest line was written that was told. */
  let toldAt = 0;
  let runId = run.place?.runId;
  let wasReset = false;
  let silent: Silence | null = null;
  const notice = (level: Notice['level'], text: string): FollowEvent => ({
    type: 'notice',
    notice: { at: Date.now(), level, text },
  });
  try {
    for (;;) {
      // Where it is over, the logbook is read once more before the verdict is told, as far as somebody answers.
      const over = await Promise.race([outcome, delay(0, null)]);
      const look = await Promise.race([
        lookAt(run, stop.signal),
        aborted,
        ...(over === null ? [] : [delay(LAST_LOOK_MILLIS, null)]),
      ]);
      if (run.place !== undefined && run.place.runId !== runId) {
        // What was just answered is the former run's; of the new one, the lines before the reset were told already.
        runId = run.place.runId;
        wasReset = true;
        yield { type: 'reset', at: Date.now(), run: run.place };
        if (over === null) continue;
      } else if (look !== null && look.ok) {
        if (silent !== null) yield notice('info', `${WHO[silent]} answers again`);
        silent = null;
        if (wasReset) seen = toldBefore(look.progress, toldAt);
        wasReset = false;
        const fresh = newEventsOf(look.progress, seen);
        if (fresh.missed > 0) yield notice('warning', `${String(fresh.missed)} earlier events are only in the history`);
        seen = fresh.seen;
        for (const event of fresh.events) {
          toldAt = Math.max(toldAt, event.at);
          yield { type: 'event', event };
        }
        yield { type: 'progress', progress: look.progress };
        const interim = interimOf(look.progress, options);
        // A closed run's workflow still answers with the phase it had: only what runs can wait for anybody.
        if (over === null && interim !== null && (await runs(run, stop.signal))) return yield* end(interim);
      } else if (look !== null && over === null && look.silence !== silent) {
        silent = look.silence;
        yield notice('warning', SILENCE[silent]);
      }
      if (over !== null) return yield* end(over);
      if (stop.signal.aborted) return yield* end(detached('it was asked to stop', options.target));
      if (Date.now() >= deadline) return yield* end(detached('the time to follow it is over', options.target));
      await Promise.race([outcome, delay(interval, null, { signal: stop.signal }).catch(() => null)]);
    }
  } finally {
    stop.abort();
    asked?.removeEventListener('abort', relay);
    // What was under way is let go before the connection is.
    await Promise.race([outcome.catch(() => null), delay(LETTING_GO_MILLIS, null)]);
  }
}

/** What is told of a deployment that waits for a person; null where it does not, or is to be watched all the same. */
function interimOf(progress: Progress, { hold, watchOn, target }: FollowOptions): Outcome | null {
  if (progress.result !== null) return null;
  if (progress.phase === 'parked') return parked(progress, target);
  if (progress.phase !== 'confirming') return null;
  if (hold === true) return held(progress, target);
  // The environment's policy asks a person, so there is one: whoever follows it waits for the answer.
  if (progress.person?.kind === 'approval') return null;
  // Once somebody decided, it goes on at once, and says no more what it waits for.
  return watchOn === true || progress.attention === null ? null : unjudged(progress, progress.attention, target);
}

const WHO: Readonly<Record<Silence, string>> = { 'no worker': 'the worker', 'no connection': 'Temporal' };
const SILENCE: Readonly<Record<Silence, string>> = {
  'no worker': 'no worker answers: the deployment waits for one (nothing is lost); still watching',
  'no connection': 'the connection to Temporal is lost; the deployment goes on; trying again',
};

async function* end(outcome: Outcome): AsyncGenerator<FollowEvent, Outcome> {
  yield { type: 'result', outcome };
  return outcome;
}

type Look = { ok: true; progress: Progress } | { ok: false; silence: Silence };

async function lookAt(run: FollowedRun, signal: AbortSignal): Promise<Look> {
  try {
    return { ok: true, progress: await run.progress(signal) };
  } catch (error) {
    if (error instanceof SilenceError) return { ok: false, silence: error.silence };
    throw error;
  }
}

/** Where nobody can say it, it is asked again at the next look. */
async function runs(run: FollowedRun, signal: AbortSignal): Promise<boolean> {
  try {
    return await run.running(signal);
  } catch (error) {
    if (signal.aborted || error instanceof SilenceError) return false;
    throw error;
  }
}

/** Waits for the end, again and again where the connection is lost; null where nobody waits any more. */
async function untilOver(run: FollowedRun, signal: AbortSignal): Promise<Outcome | null> {
  for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
    try {
      return await run.outcome(signal);
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof SilenceError)) throw error;
      await delay(pause, null, { signal }).catch(() => null);
    }
  }
  return null;
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
