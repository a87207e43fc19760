import { isVerdict } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';

// What a worker says may be of another release than this client: fields that are missing are empty, those that are not known are passed
// over, and a word that is not known is shown as it is.

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of something that was answered; none where it is nothing that could have some. */
export function fieldsOf(answer: unknown): Fields {
  return typeof answer === 'object' && answer !== null ? (answer as Fields) : {};
}

/** What was answered, with what is missing, or is of another kind than expected, as in `empty`; where null is expected, anything may be there. */
export function whole<Whole extends object>(answer: unknown, empty: Whole): Whole {
  const given = fieldsOf(answer);
  const entries = Object.entries(empty).filter(([name, usual]) => {
    const value = given[name];
    if (value === undefined) return false;
    if (usual === null) return true;
    return Array.isArray(usual) ? Array.isArray(value) : typeof value === typeof usual;
  });
  return { ...empty, ...(Object.fromEntries(entries.map(([name]) => [name, given[name]])) as Partial<Whole>) };
}

/** Each of a list; none where it is no list. */
export function each<One>(list: unknown, read: (answer: unknown) => One): One[] {
  return Array.isArray(list) ? list.map(read) : [];
}

/** Null where there is nothing to read. */
export function orNull<One>(answer: unknown, read: (answer: unknown) => One): One | null {
  return answer === null || answer === undefined ? null : read(answer);
}

/** A verdict, and its words. */
interface Judged {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** A verdict that this client does not know needs a person: nobody can say whether it is good. What it was is said in the reason. */
export function judged(verdict: unknown, reason: string): Judged {
  if (isVerdict(verdict)) return { verdict, reason };
  const word = typeof verdict === 'string' ? `"${verdict.slice(0, 60)}"` : 'none';
  return {
    verdict: 'needs-attention',
    reason: `the verdict is ${word}, which this client does not know, for the worker is of another release: ${reason}`,
  };
}

/** What is said to do next about how something ended, where the verdict is not known and the worker says nothing of it. */
export function nextStepOf(verdict: unknown, nextStep: string): string {
  return isVerdict(verdict) || nextStep !== '' ? nextStep : 'Ask with a client of the release that the worker has.';
}
