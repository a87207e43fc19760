import { exitCodeOf } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import { DroverError } from '../errors/drover-error';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import { clean, cleanLines, jsonLine } from '../render/clean';
import { clientOnly } from './client-only';
import type { Io } from './command';

/** Says what went wrong (with `--json` on stdout, as a `result` line) and answers the exit code. */
export function reportError(error: unknown, json: boolean, io: Pick<Io, 'out' | 'err'>): number {
  const told = tellError(error);
  const exitCode = exitCodeOf(told.verdict);
  if (json) {
    const { verdict, reason, nextStep, problems } = told;
    io.out.write(jsonLine({ type: 'result', verdict, exitCode, reason, nextStep, problems }));
    return exitCode;
  }
  if (told.problems.length > 0) {
    for (const { where, text, fix } of told.problems)
      io.err.write(`drover: ${clean(where)}: ${clean(text)}\n  ${clean(fix)}\n`);
  } else {
    const { reason, nextStep } = told;
    io.err.write(`drover: ${cleanLines(reason)}\n${nextStep === '' ? '' : `  ${clean(nextStep)}\n`}`);
  }
  io.err.write(`${told.verdict} (exit code ${String(exitCode)})\n`);
  return exitCode;
}

/** What there is to say of an error. */
export interface ToldError {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  readonly problems: readonly Problem[];
}

/** Expected errors of the worker and of the codec, which are not loaded here: their names are stable. */
const OF_THE_WORKER: Readonly<Record<string, Verdict>> = {
  ConfigurationError: 'invalid',
  SecretError: 'invalid',
  CodecError: 'invalid',
  PortInUseError: 'invalid',
  SearchAttributesError: 'invalid',
  NamespaceError: 'invalid',
  BundleError: 'invalid',
  StateInUseError: 'refused',
  TemporalServerError: 'unreachable',
  TemporalUnreachableError: 'unreachable',
};

/** The verdict that an error means, why, and what to do. */
export function tellError(error: unknown): ToldError {
  if (error instanceof DroverError) {
    const { verdict, message, nextStep } = error;
    return { verdict, reason: message, nextStep, problems: error instanceof InvalidInputError ? error.problems : [] };
  }
  if (error instanceof Error && Object.hasOwn(OF_THE_WORKER, error.name)) {
    return { verdict: OF_THE_WORKER[error.name] ?? 'failed', reason: error.message, nextStep: '', problems: [] };
  }
  const halfInstalled = clientOnly(error);
  if (halfInstalled !== undefined) return { verdict: 'invalid', ...halfInstalled, problems: [] };
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    verdict: 'failed',
    reason: `this is a bug in Drover, or something nobody thought of: ${reason}`,
    nextStep: 'Report it with this text. If a deployment had been started, it goes on: see "drover list".',
    problems: [],
  };
}
