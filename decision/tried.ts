/** What a deployment does with Rancher, as people call it. */
export type TriedAction =
  | 'read'
  | 'upgrade'
  | 'finish'
  | 'rollback'
  | "rollback of somebody else's"
  | "finish of somebody else's"
  | 'deactivate';

/** What was tried and did not lead on: how often, when, and the last answer. Times in milliseconds since the epoch. */
export interface Tried {
  readonly what: TriedAction;
  /** Attempts, those of an activity's own retries included. */
  readonly times: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Rancher's own words, or what became of it. */
  readonly said: string;
}

/** One more attempt (or several) at something. */
export function triedAgain(before: Tried | undefined, attempt: Tried): Tried {
  const { what, said, times, firstAt, lastAt } = attempt;
  return { what, times: (before?.times ?? 0) + times, firstAt: before?.firstAt ?? firstAt, lastAt, said };
}

/** A line for people: `rollback: 3 times from … to …; the last answer: …`. */
export function triedText({ what, times, firstAt, lastAt, said }: Tried): string {
  const when = times === 1 || firstAt === lastAt ? `at ${clock(lastAt)}` : `from ${clock(firstAt)} to ${clock(lastAt)}`;
  const answer = times === 1 ? 'the answer' : 'the last answer';
  return `${what}: ${times === 1 ? 'once' : `${times} times`}, ${when}; ${answer}: ${said}`;
}

/** It may be read days later: with the date. */
function clock(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
}
