import type { Verdict } from '../../decision/verdict';
import type { Environment } from '../input/ci-build';
import type { OptionSpec, ParsedArguments } from './option-spec';

/** What a command may use of the process. */
export interface Io {
  readonly env: Environment;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** A signal that the second one aborts. Whoever asks for it ends by itself then; else the second one ends the process. */
  hurry(): AbortSignal;
}

/** A command of `drover`. */
export interface Command {
  readonly name: string;
  /** Its arguments, as the help shows them. */
  readonly usage: string;
  /** What its first argument may be, for completion; left out where nobody can know. */
  readonly words?: readonly string[];
  /** What it does, in a few lines. */
  readonly description: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Command lines without the word `drover`, and what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** What exit code 0 means, for a command that ends with no verdict of a deployment. */
  readonly success?: string;
  /** Verdicts that it may end with, for the help. */
  readonly verdicts: readonly Verdict[];
  /** Does it and answers the exit code; throws a `DroverError` for what is expected to fail. */
  run(args: ParsedArguments, io: Io): Promise<number>;
}
