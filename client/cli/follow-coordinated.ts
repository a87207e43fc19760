import { exitCodeOf } from '../../decision/verdict';
import type { CoordinatorHandle } from '../coordinator/coordinator-handle';
import type { CoordinatorProgress, CoordinatorTold } from '../coordinator/follow-coordinator';
import type { Intervened } from '../temporal/intervene';
import type { Io } from './command';
import { followInterruptibly } from './follow-interruptibly';
import type { OnInterrupt } from './on-interrupt';

/** How a release or a pipeline is followed. */
export interface FollowCoordinated {
  /** Milliseconds. */
  readonly limitMillis: number | undefined;
  readonly onInterrupt: OnInterrupt;
  /** Come back at once. */
  readonly detach: boolean;
  readonly cancel: () => Promise<Intervened>;
}

/** Shows a release or a pipeline that was just asked for up to its verdict, and answers the exit code. */
export async function followCoordinated<P extends CoordinatorProgress>(
  handle: CoordinatorHandle<P>,
  shown: readonly { render(told: CoordinatorTold<P>): void }[],
  io: Pick<Io, 'signal' | 'hurry'>,
  { limitMillis, onInterrupt, detach, cancel }: FollowCoordinated,
): Promise<number> {
  const render = (told: CoordinatorTold<P>): void => {
    for (const one of shown) one.render(told);
  };
  if (detach && handle.how !== 'over') {
    render({ type: 'result', outcome: handle.words.detached('as asked') });
    return exitCodeOf('detached');
  }
  const limit = limitMillis === undefined ? {} : { limitMillis };
  const outcome = await followInterruptibly(
    {
      follow: (signal) => handle.follow({ signal, ...limit }),
      render,
      notice: ({ at, level, text }) =>
        render({ type: 'notice', at, level: level === 'error' ? 'warning' : level, text }),
      end: (end) => render({ type: 'result', outcome: end }),
      detached: (why) => handle.words.detached(why),
      cancel,
    },
    io,
    onInterrupt,
  );
  return exitCodeOf(outcome.verdict);
}
