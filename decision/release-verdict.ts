import type { Verdict } from './verdict';

/** How one service of a release ended; null: its deployment was never begun. */
export interface PartEnd {
  readonly name: string;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
}

/** Why a release goes back though nothing failed. */
export type Recall = { readonly kind: 'cancelled' | 'rolled-back' | 'expired'; readonly said: string };

/** How a release ends. */
export interface ReleaseEnd {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
}

const GOOD: readonly Verdict[] = ['succeeded', 'unchanged'];
/** The service is as it was before. */
const BACK: readonly Verdict[] = [
  'rolled-back',
  'cancelled',
  'superseded',
  'failed',
  'refused',
  'unreachable',
  'unchanged',
];
/** Nothing of the deployment was ever posted. */
const UNTOUCHED: readonly Verdict[] = ['failed', 'refused', 'unreachable', 'unchanged'];

/** A service that ended as it was asked to. */
export function isGood({ verdict }: Pick<PartEnd, 'verdict'>): boolean {
  return verdict !== null && GOOD.includes(verdict);
}

/**
 * The verdict of a release, from how its services ended. It is the truth about all of them: `succeeded` is said only where each one runs
 * what was asked, `rolled-back` and the like only where each is proven to be as before, and anything else needs a person.
 *
 * @param decision what was decided for all
 * @param failed the first one that failed, where one did; the others went back for it
 * @param gateFailed what a gate of the release itself said in vain, where one failed
 */
export function releaseEnd(
  parts: readonly PartEnd[],
  decision: 'commit' | 'roll-back',
  recall: Recall | null,
  failed: PartEnd | null,
  gateFailed: string | null = null,
): ReleaseEnd {
  // Where none got there, it went back as a whole, whatever was decided.
  const isCommitted = decision === 'commit' && parts.some(isGood);
  return isCommitted ? committed(parts, gateFailed) : wentBack(parts, recall, failed, gateFailed);
}

function committed(parts: readonly PartEnd[], gateFailed: string | null): ReleaseEnd {
  const end = committedParts(parts);
  if (gateFailed === null) return end;
  return {
    verdict: 'needs-attention',
    reason: `${gateFailed}; it was finished all the same, for onFailure is not rollback-all: ${end.reason}`,
    nextStep: 'Find out why the gate fails; release the former images to go back.',
  };
}

function committedParts(parts: readonly PartEnd[]): ReleaseEnd {
  const bad = parts.filter((part) => !isGood(part));
  if (bad.length === 0) {
    const changed = parts.filter(({ verdict }) => verdict === 'succeeded');
    const alone = parts.length - changed.length;
    if (changed.length === 0)
      return { verdict: 'unchanged', reason: `${all(parts.length)} already what was asked`, nextStep: '' };
    return {
      verdict: 'succeeded',
      reason: `${count(changed.length)} upgraded and finished, proven by version${alone === 0 ? '' : `; ${count(alone)} ran it already`}`,
      nextStep: '',
    };
  }
  const good = parts.length - bad.length;
  return {
    verdict: 'needs-attention',
    reason: `${count(bad.length)} did not get there: ${bad.map(partText).join('; ')}. ${count(good)} did`,
    nextStep:
      'Mend what it names, then run the release again: what is there already is left alone, the others are upgraded.',
  };
}

function wentBack(
  parts: readonly PartEnd[],
  recall: Recall | null,
  failed: PartEnd | null,
  gateFailed: string | null,
): ReleaseEnd {
  const open = parts.filter(({ verdict }) => verdict !== null && !BACK.includes(verdict));
  const why = recall?.said ?? gateFailed ?? (failed === null ? 'it was taken back' : partText(failed));
  if (open.length > 0)
    return {
      verdict: 'needs-attention',
      reason: `${why}; the others went back, but not ${open.map(partText).join('; ')}`,
      nextStep: 'Look at those that it names; a new deployment of each settles what is pending.',
    };
  const isUntouched = parts.every(({ verdict }) => verdict === null || UNTOUCHED.includes(verdict));
  const proof = isUntouched ? 'nothing was changed' : 'the former configuration of all of them is proven to run';
  const reason = `${why}; ${proof}`;
  if (recall !== null && recall.kind !== 'expired') return { verdict: recall.kind, reason, nextStep: '' };
  if (recall !== null)
    return { verdict: 'rolled-back', reason, nextStep: 'Run it again when somebody can confirm it.' };
  if (!isUntouched) return { verdict: 'rolled-back', reason, nextStep: 'Find out why, then release again.' };
  const verdict = failed?.verdict;
  return {
    verdict: verdict === 'refused' || verdict === 'unreachable' ? verdict : 'failed',
    reason,
    nextStep: 'Mend what it names, then release again.',
  };
}

function partText({ name, verdict, reason }: PartEnd): string {
  return `${name}: ${verdict ?? 'not begun'}${reason === null || reason === '' ? '' : ` (${reason})`}`;
}

function count(number: number): string {
  return number === 1 ? '1 service' : `${number} services`;
}

function all(number: number): string {
  return number === 1 ? 'the one service runs' : `all ${number} services run`;
}
