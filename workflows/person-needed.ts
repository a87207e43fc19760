import type { InterventionKind } from '../decision/intervention';
import { meaningOf } from '../decision/intervention';
import { targetText } from '../decision/target-text';
import type { AttentionMemo, PersonNeeded } from './contract';

/** Longest text in the memo, characters: it is listed by the hundred. */
const MEMO_TEXT_LIMIT = 600;

const OFFERED = {
  parked: ['retry', 'cancel'],
  held: ['confirm', 'rollback'],
  approval: ['confirm', 'rollback'],
  unprovable: ['confirm', 'rollback'],
  release: ['rollback'],
} as const satisfies Record<PersonNeeded['kind'], readonly InterventionKind[]>;

/** What a step knows about why a person is needed. */
export type Need = Pick<PersonNeeded, 'kind' | 'reason' | 'mend' | 'since' | 'until' | 'atExpiry' | 'tried'>;

/** With the commands that make sense now, and what each means. */
export function personNeeded(
  need: Need,
  about: { readonly environment: string; readonly stack: string; readonly service: string },
  finishSent: boolean,
  rancherUrl: string | null,
): PersonNeeded {
  const commands = OFFERED[need.kind].flatMap((name) => {
    const { accepted, meaning } = meaningOf(name, need.kind === 'parked' ? 'parked' : 'confirming', finishSent);
    return accepted ? [{ command: `drover ${name} ${targetText(about)}`, does: meaning }] : [];
  });
  return { ...need, commands, rancherUrl };
}

/** What is kept beside the workflow, so that a list tells it without asking any worker. */
export function memoOf({ kind, reason, mend, since, until, commands }: PersonNeeded): AttentionMemo {
  return {
    kind,
    reason: short(reason),
    mend: short(mend),
    since,
    until,
    commands: commands.map(({ command }) => command),
  };
}

/** The same for a deployment that is over and left something to look at. */
export function memoOfEnd(end: { reason: string; nextStep: string; endedAt: number }): AttentionMemo {
  const { reason, nextStep, endedAt } = end;
  return { kind: 'ended', reason: short(reason), mend: short(nextStep), since: endedAt, until: null, commands: [] };
}

function short(text: string): string {
  return text.length > MEMO_TEXT_LIMIT ? `${text.slice(0, MEMO_TEXT_LIMIT - 1)}…` : text;
}
