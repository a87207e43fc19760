import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../../decision/verdict';
import { DroverError } from '../errors/drover-error';
import { UnreachableError } from '../errors/unreachable-error';
import type { Notice } from '../follow/follow-event';
import type { Intervened } from '../temporal/intervene';
import type { Io } from './command';
import type { OnInterrupt } from './on-interrupt';

/** How following something ended, as far as an interrupt has to know. */
interface Ending {
  readonly verdict: Verdict;
  /** Null where it goes on. */
  readonly result: unknown;
}

/** Something that is followed, and can be cancelled: a deployment, a release, a pipeline. */
export interface Interruptible<E extends { readonly type: string }, O extends Ending> {
  /** Ends soon after the signal is aborted. */
  follow(signal: AbortSignal): AsyncGenerator<E, O>;
  /** Shows all but the end. */
  render(event: E): void;
  notice(notice: Notice): void;
  /** The end. */
  end(outcome: O): void;
  /** What is told where the client stops and it goes on. */
  detached(why: string): O;
  /** Null where it is somebody else's, which this command only watches. */
  readonly cancel: (() => Promise<Intervened>) | null;
}

/** Between two attempts at a cancel while Temporal does not answer, milliseconds. */
const PAUSE_MILLIS = 1000;

/**
 * Shows what is followed up to its verdict. An interrupt ends the watching; or it cancels what is watched, and the watching goes on until
 * the verdict is there, or a second interrupt ends it.
 */
export async function followInterruptibly<E extends { readonly type: string }, O extends Ending>(
  one: Interruptible<E, O>,
  io: Pick<Io, 'signal' | 'hurry'>,
  onInterrupt: OnInterrupt,
): Promise<O> {
  const cancels = onInterrupt === 'cancel' && one.cancel !== null;
  if (onInterrupt === 'cancel' && one.cancel === null) {
    const text = "it is somebody else's request: an interrupt stops the watching, and does not cancel it";
    one.notice({ at: Date.now(), level: 'info', text });
  }
  const hurry = cancels ? io.hurry() : io.signal;
  let cancelling: Promise<boolean> | null = null;
  const interrupted = (): void => {
    if (one.cancel !== null) cancelling ??= sendCancel(one.cancel, one.notice.bind(one), hurry);
  };
  if (cancels && io.signal.aborted) interrupted();
  else if (cancels) io.signal.addEventListener('abort', interrupted, { once: true });
  try {
    const events = one.follow(hurry);
    for (;;) {
      const next = await events.next();
      if (next.done === true) return await concluded(one, next.value, cancelling, hurry);
      if (next.value.type !== 'result') one.render(next.value);
    }
  } finally {
    io.signal.removeEventListener('abort', interrupted);
  }
}

/** What was told of something that waited for a person is not true any more where a cancel is on its way to it. */
async function concluded<E extends { readonly type: string }, O extends Ending>(
  one: Interruptible<E, O>,
  outcome: O,
  cancelling: Promise<boolean> | null,
  hurry: AbortSignal,
): Promise<O> {
  const taken = cancelling === null ? false : await Promise.race([cancelling, whenAborted(hurry)]);
  const why =
    taken === null
      ? 'it was interrupted twice, before the cancel was acknowledged: whether it was taken is not known'
      : `the cancel was taken${hurry.aborted ? ', and it was interrupted once more' : ' and is under way'}`;
  const end = taken !== false && outcome.result === null ? one.detached(why) : outcome;
  one.end(end);
  return end;
}

/** Sends the cancel, again and again while Temporal does not answer; whether it was taken. */
async function sendCancel(
  cancel: () => Promise<Intervened>,
  notice: (notice: Notice) => void,
  hurry: AbortSignal,
): Promise<boolean> {
  const tell = (level: Notice['level'], text: string): void => notice({ at: Date.now(), level, text });
  tell('warning', 'interrupted: it is cancelled, and watched to its verdict; a second signal stops the watching');
  for (let isFirst = true; !hurry.aborted; isFirst = false) {
    try {
      const taken = await cancel();
      const answer = taken.how === 'acknowledged' ? `: ${taken.acknowledgement.meaning}` : ', and Temporal keeps it';
      tell('warning', `the cancel was ${taken.how}${answer}`);
      return true;
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      if (!(error instanceof UnreachableError)) {
        tell('warning', `the cancel was not taken: ${error.message}`);
        return false;
      }
      if (isFirst) tell('warning', `the cancel could not be sent (${error.message}); trying again`);
      await delay(PAUSE_MILLIS, null, { signal: hurry }).catch(() => null);
    }
  }
  return false;
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
