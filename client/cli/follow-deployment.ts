import { exitCodeOf } from '../../decision/verdict';
import type { DeploymentHandle } from '../deployment-handle';
import type { FollowOptions } from '../follow/follow';
import { detached } from '../follow/interim-outcome';
import type { Outcome } from '../outcome';
import { JsonRenderer } from '../render/json-renderer';
import { PlainRenderer } from '../render/plain-renderer';
import type { Renderer } from '../render/renderer';
import { abilitiesOf, noPaint, paint } from '../render/style';
import { TerminalRenderer } from '../render/terminal-renderer';
import type { Intervened } from '../temporal/intervene';
import type { Io } from './command';
import { followInterruptibly } from './follow-interruptibly';
import type { OnInterrupt } from './on-interrupt';
import type { ParsedArguments } from './option-spec';

/** The renderer that fits: JSON where it is asked for, a live one on a terminal, plain lines everywhere else. */
export function rendererFor(args: ParsedArguments, io: Io): Renderer {
  const write = (text: string): void => void io.out.write(text);
  if (args.flags.has('json')) return new JsonRenderer(write);
  const { live, colour } = abilitiesOf(io.out, io.env);
  if (!live) return new PlainRenderer(write, Date.now);
  return new TerminalRenderer({
    write,
    paint: colour ? paint : noPaint,
    columns: () => io.out.columns || 80,
    now: Date.now,
  });
}

/** What an interrupt does to a deployment that is followed. */
export interface WhenInterrupted {
  readonly onInterrupt: OnInterrupt;
  /** Null where it is somebody else's, which this command only watches. */
  readonly cancel: (() => Promise<Intervened>) | null;
}

/** Shows a deployment up to its verdict, and answers the exit code. */
export async function followDeployment(
  handle: DeploymentHandle,
  renderer: Renderer,
  io: Io,
  options: Pick<FollowOptions, 'hold' | 'watchOn' | 'limitMillis'>,
  { onInterrupt, cancel }: WhenInterrupted = { onInterrupt: 'detach', cancel: null },
): Promise<number> {
  const end = (outcome: Outcome): void => renderer.render({ type: 'result', outcome });
  try {
    const outcome = await followInterruptibly(
      {
        follow: (signal) => handle.follow({ ...options, signal, intervalMillis: io.out.isTTY ? 500 : 1000 }),
        render: (event) => renderer.render(event),
        notice: (notice) => renderer.render({ type: 'notice', notice }),
        end,
        detached: (why) => detached(why, handle.target),
        cancel,
      },
      io,
      onInterrupt,
    );
    return exitCodeOf(outcome.verdict);
  } catch (error) {
    // The deployment was started and goes on, whatever went wrong here.
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const outcome = detached(`a bug in the client (${why})`, handle.target);
    end(outcome);
    return exitCodeOf(outcome.verdict);
  }
}
