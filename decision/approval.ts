import { isAmong, isNobody, isSamePerson } from './person';

/** Who has to say yes before a stage begins. */
export interface ApprovalRule {
  /** So many different people; at least 1. */
  readonly count: number;
  /** Whoever asked for it does not count. Default true. */
  readonly distinctFromRequester?: boolean;
  /** Only these count. Default: anybody. See `isAmong` for how names are compared. */
  readonly people?: readonly string[];
  /** For how long they are waited for, milliseconds from when they are asked; then the stage is refused. */
  readonly expiresMillis: number;
  /** Only approvals that carry a signature count. Default false. */
  readonly signed?: boolean;
}

/** What somebody said. */
export interface Approval {
  readonly decision: 'approve' | 'reject';
  /** `jane@host`, `gitlab storefront#123`. */
  readonly by: string;
  readonly why?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its signature was verified. */
  readonly signed: boolean;
}

/** Where the approvals of a stage stand. */
export interface Standing {
  /** Enough people said yes, and nobody said no. */
  readonly approved: boolean;
  /** Those that count, each once, as they wrote themselves first. */
  readonly by: readonly string[];
  /** How many more it takes. */
  readonly missing: number;
  /** Who said no first; then no number of approvals helps. Anybody may, the requester too, signed or not. */
  readonly rejected: { readonly by: string; readonly why: string | null; readonly at: number } | null;
  /** Approvals that do not count, and in words why. */
  readonly refused: readonly { readonly by: string; readonly why: string }[];
}

/**
 * Where the approvals of a stage stand.
 *
 * @param requester who asked for what is approved
 * @param approvals in the order in which they came
 * @param askedAt since when they are waited for, milliseconds since the epoch; left out, none is too late
 */
export function standing(
  rule: ApprovalRule,
  requester: string,
  approvals: readonly Approval[],
  askedAt?: number,
): Standing {
  const by: string[] = [];
  const refused: { by: string; why: string }[] = [];
  for (const approval of approvals) {
    if (approval.decision === 'reject') continue;
    const why = whyRefused(rule, requester, approval, by, askedAt);
    if (why === null) by.push(approval.by);
    else refused.push({ by: approval.by, why });
  }
  const no = approvals.find(({ decision }) => decision === 'reject');
  return {
    approved: no === undefined && by.length >= rule.count,
    by,
    missing: Math.max(0, rule.count - by.length),
    rejected: no === undefined ? null : { by: no.by, why: no.why ?? null, at: no.at },
    refused,
  };
}

/** When nobody waits for approvals any more. */
export function approvalsEndAt(rule: ApprovalRule, askedAt: number): number {
  return askedAt + rule.expiresMillis;
}

function whyRefused(
  rule: ApprovalRule,
  requester: string,
  { by, at, signed }: Approval,
  counted: readonly string[],
  askedAt: number | undefined,
): string | null {
  if (isNobody(by)) return 'it does not say who approves';
  if (askedAt !== undefined && at >= approvalsEndAt(rule, askedAt))
    return 'it came too late: the time to approve was over';
  const before = counted.find((other) => isSamePerson(other, by));
  if (before !== undefined) return `${before} approved already, and each person counts once`;
  if ((rule.distinctFromRequester ?? true) && isSamePerson(requester, by))
    return `${requester} asked for it, and somebody else has to approve`;
  if (rule.people !== undefined && !isAmong(rule.people, by))
    return `only these may approve: ${rule.people.join(', ')}`;
  if ((rule.signed ?? false) && !signed) return 'it is not signed, and only signed approvals count';
  return null;
}

/** What is wrong with a rule in itself, in words, and with which of its keys; null where nothing is. */
export function whyBadRule(rule: ApprovalRule): { readonly at: keyof ApprovalRule; readonly why: string } | null {
  const { count, people, expiresMillis } = rule;
  if (!(Number.isSafeInteger(count) && count >= 1)) return { at: 'count', why: 'it is no whole number from 1 on' };
  if (!(Number.isSafeInteger(expiresMillis) && expiresMillis > 0)) return { at: 'expiresMillis', why: 'it is no time' };
  if (people === undefined) return null;
  if (people.some(isNobody)) return { at: 'people', why: 'a name is empty' };
  const twice = people.find((name, index) => people.findIndex((other) => isSamePerson(name, other)) < index);
  if (twice !== undefined) return { at: 'people', why: `${twice} is the same person as another one` };
  return people.length < count ? { at: 'people', why: `${count} must approve, and only ${people.length} may` } : null;
}

/** Why a rule can never be met for what this requester asks, in words; null where it can. */
export function whyNeverApproved(rule: ApprovalRule, requester: string): string | null {
  const { count, people } = rule;
  if (people === undefined || !(rule.distinctFromRequester ?? true)) return null;
  const others = people.filter((name) => !isSamePerson(requester, name));
  if (others.length >= count) return null;
  const who = others.length === 0 ? 'nobody else may' : `besides only ${others.join(', ')} may`;
  return `${count === 1 ? 'somebody' : `${count} people`} other than ${requester}, who asks, must approve, and ${who}`;
}
