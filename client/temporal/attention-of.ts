import type { AttentionMemo } from '../../workflows/contract';

const KINDS: readonly AttentionMemo['kind'][] = ['parked', 'held', 'approval', 'unprovable', 'release', 'ended'];

/** The part of a deployment's memo that says why it needs a person; null where there is none, or none that can be read. */
export function attentionOf(memo: Readonly<Record<string, unknown>> | undefined): AttentionMemo | null {
  const value = memo?.['attention'];
  if (typeof value !== 'object' || value === null) return null;
  const read = (name: string): unknown =>
    Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
  const [kind, reason, mend, since, until, commands] = ['kind', 'reason', 'mend', 'since', 'until', 'commands'].map(
    read,
  );
  const known = KINDS.find((one) => one === kind);
  if (known === undefined || typeof reason !== 'string' || typeof since !== 'number') return null;
  return {
    kind: known,
    reason,
    mend: typeof mend === 'string' ? mend : '',
    since,
    until: typeof until === 'number' ? until : null,
    commands: Array.isArray(commands) ? commands.filter((one) => typeof one === 'string') : [],
  };
}
