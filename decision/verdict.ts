/**
 * How a deployment ended, and the exit code of the command that followed it. The words are the same in the terminal, in
 * `--json`, in the search attributes and in the documentation.
 */
export const VERDICTS = {
  succeeded: { exitCode: 0, meaning: 'the image runs and the upgrade is finished' },
  unchanged: { exitCode: 0, meaning: 'the service already ran what was asked; nothing was touched' },
  held: { exitCode: 0, meaning: 'upgraded and verified, held for a confirmation as asked' },
  failed: { exitCode: 1, meaning: 'the deployment failed before anything of it was posted' },
  invalid: { exitCode: 2, meaning: 'bad input or configuration; nothing was started' },
  'rolled-back': { exitCode: 3, meaning: 'it did not hold; the former configuration is proven to run' },
  'needs-attention': { exitCode: 4, meaning: 'a person must look' },
  detached: { exitCode: 5, meaning: 'the client stopped waiting; the deployment goes on' },
  cancelled: {
    exitCode: 6,
    meaning: 'cancelled by a person; where anything was posted, the former configuration is proven to run',
  },
  refused: { exitCode: 7, meaning: 'not allowed, not found, or the service is busy; nothing was changed' },
  superseded: { exitCode: 8, meaning: 'a newer deployment of the same service took its place' },
  unreachable: { exitCode: 9, meaning: 'Temporal, a worker or Rancher could not be reached; nothing was changed' },
  interfered: { exitCode: 10, meaning: 'someone else moved the service' },
} as const satisfies Record<string, { exitCode: number; meaning: string }>;

/** One of the words of {@link VERDICTS}. */
export type Verdict = keyof typeof VERDICTS;

/**
 * Those that a deployment can leave in its record. The others are a command's alone: nothing was started, it went away, or it came back from
 * one that is held (which is in the phase `confirming`).
 */
export const RECORDED_VERDICTS = [
  'succeeded',
  'unchanged',
  'failed',
  'rolled-back',
  'needs-attention',
  'cancelled',
  'refused',
  'superseded',
  'unreachable',
  'interfered',
] as const satisfies readonly Verdict[];
export type RecordedVerdict = (typeof RECORDED_VERDICTS)[number];

/** The exit code that tells a verdict to a shell. */
export function exitCodeOf(verdict: Verdict): number {
  return VERDICTS[verdict].exitCode;
}

/** Whether something is one of the words. */
export function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'string' && Object.hasOwn(VERDICTS, value);
}
