import type { Fault, FaultEffect } from '../../../simulator/faults';

const EFFECTS: readonly FaultEffect[] = [
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'hang-before' },
  { kind: 'hang-after' },
  { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
  { kind: 'status', status: 500 },
  { kind: 'status-after', status: 502 },
  { kind: 'html', status: 503 },
  { kind: 'truncated-json' },
  { kind: 'stale-upgrade-field' },
];

/** Every kind of fault equally often, so that `rate` of the requests meet one. */
export function faultsFor(rate: number): Fault[] {
  if (rate === 0) return [];
  return EFFECTS.map((effect, index) => ({
    // Of those that the faults before it let through.
    probability: rate / EFFECTS.length / (1 - (rate / EFFECTS.length) * index),
    times: 0,
    effect,
  }));
}
