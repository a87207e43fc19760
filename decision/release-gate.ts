import type { Gate } from './gate';
import { isGateName, isHeaderName, takesTooLong, wrongAddress } from './gate-spelling';
import type { Fields } from './why-no-request';
import { isName, isRecord, isWhole } from './why-no-request';

/** What may stand in braces in the address of a release's gate. */
export const RELEASE_GATE_NAMES = ['environment'] as const;
/** How many gates one release may have. */
export const MOST_GATES = 20;

/** A check of all services of a release together, before it is decided: a request that an environment's worker sends. */
export interface ReleaseGate extends Gate {
  /** Whose worker asks. */
  readonly environment: string;
  /** `{environment}` stands for its name. Shown to people without its query. */
  readonly url: string;
  /** The status that the answer must have. */
  readonly status: number;
  /** Text that the body must hold. Left out: any body will do. */
  readonly contains?: string;
  /** The names of secrets that the worker knows, by the names of the headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a gate of a release stands. */
export interface ReleaseGateProgress {
  readonly name: string;
  readonly environment: string;
  /** The address, without its query. */
  readonly asks: string;
  /** `left-out`: there was nothing to decide any more. */
  readonly state: 'waiting' | 'asking' | 'passed' | 'failed' | 'left-out';
  /** What it said last, in a sentence; null before. */
  readonly why: string | null;
}

/** Why something is no list of a release's gates, or null when it is one. No value is repeated. */
export function whyNoReleaseGates(given: unknown): string | null {
  if (!Array.isArray(given) || given.length > MOST_GATES) return `"gates" is no list of at most ${MOST_GATES}`;
  const list: readonly unknown[] = given;
  const bad = list.map(whyNoGate);
  const at = bad.findIndex((found) => found !== null);
  if (at >= 0) return `in "gates[${at}]": ${bad[at] ?? ''}`;
  const names = list.map((gate) => (isRecord(gate) ? gate['name'] : null));
  return new Set(names).size === names.length ? null : 'two of "gates" have the same name';
}

function whyNoGate(gate: unknown): string | null {
  if (!isRecord(gate)) return 'it is no object';
  const { name, kind, environment, asks, url, contains, headers } = gate;
  if (typeof name !== 'string' || !isGateName(name)) return '"name" cannot name a gate';
  if (kind !== 'http') return '"kind" is not http: a release cannot bring a program';
  for (const [key, text] of Object.entries({ environment, asks, url })) if (!isName(text)) return `"${key}" is no text`;
  if (typeof url !== 'string' || wrongAddress(url, RELEASE_GATE_NAMES, () => true) !== undefined)
    return '"url" is no address that can be probed';
  if (contains !== undefined && !isName(contains)) return '"contains" is no text';
  if (!isRecord(headers) || !Object.entries(headers).every(([header, from]) => isHeaderName(header) && isName(from)))
    return '"headers" is no object of names';
  return whyNoNumbers(gate);
}

function whyNoNumbers(gate: Fields): string | null {
  const { status, passes, everyMillis, withinMillis, timeoutMillis } = gate;
  if (!isWhole(status, 100, 599)) return '"status" is not from 100 to 599';
  if (!isWhole(passes, 1, 100)) return '"passes" is not from 1 to 100';
  if (!isWhole(everyMillis, 100, 3_600_000)) return '"everyMillis" is not from 100 to 3600000';
  if (!isWhole(withinMillis, 1_000, 86_400_000)) return '"withinMillis" is not from 1000 to 86400000';
  if (!isWhole(timeoutMillis, 100, 600_000)) return '"timeoutMillis" is not from 100 to 600000';
  return takesTooLong({ passes, everyMillis, withinMillis }) ? '"passes" take longer than "withinMillis" allows' : null;
}
