/** A check of one's own between `upgraded` and the finish, as the policy names it. All times in milliseconds. */
export interface Gate {
  /** As configured; unique within an environment. */
  readonly name: string;
  readonly kind: GateKind;
  /** What it asks, for people: an address without its query, or a program. */
  readonly asks: string;
  /** Passes in a row that it takes. */
  readonly passes: number;
  /** Between two checks. */
  readonly everyMillis: number;
  /** For how long it is tried; outages of the worker are not counted. */
  readonly withinMillis: number;
  /** The longest that one check may take. */
  readonly timeoutMillis: number;
}

/** An HTTP request, or a program that the environment's worker runs. */
export const GATE_KINDS = ['http', 'exec'] as const;
export type GateKind = (typeof GATE_KINDS)[number];

/** What one check said: recorded in the history. */
export interface GateCheck {
  readonly passed: boolean;
  /** In a sentence, with no value of a configuration. */
  readonly why: string;
}

/** Where a gate stands. */
export interface GateRun {
  readonly gate: Gate;
  readonly inARow: number;
  readonly checks: number;
  /** When it was first checked, moved on by outages; null before. */
  readonly since: number | null;
  /** When it is to be checked next. */
  readonly dueAt: number;
  readonly lastWhy: string;
}

/** A gate that has not been checked yet. */
export function newGateRun(gate: Gate, now: number): GateRun {
  return { gate, inARow: 0, checks: 0, since: null, dueAt: now, lastWhy: 'not checked yet' };
}

/** One more check. */
export function afterCheck(run: GateRun, { passed, why }: GateCheck, begunAt: number, now: number): GateRun {
  return {
    gate: run.gate,
    inARow: passed ? run.inARow + 1 : 0,
    checks: run.checks + 1,
    since: run.since ?? begunAt,
    dueAt: now + run.gate.everyMillis,
    lastWhy: why,
  };
}

/** A check to which nobody came to: that time is not the gate's. */
export function afterOutage(run: GateRun, awayMillis: number, now: number): GateRun {
  return { ...run, since: run.since === null ? null : run.since + awayMillis, dueAt: now + run.gate.everyMillis };
}

/** Passed, tried in vain for as long as it may, or still to be tried. A gate that just passed once is given its row. */
export function gateState({ gate, inARow, since }: GateRun, now: number): 'passed' | 'failed' | 'open' {
  if (inARow >= gate.passes) return 'passed';
  const isOver = since !== null && now - since >= gate.withinMillis;
  return isOver && inARow === 0 ? 'failed' : 'open';
}

/** When a gate that passes not once until then has failed; null before its first check. */
export function gateDeadline({ gate, since }: GateRun): number | null {
  return since === null ? null : since + gate.withinMillis;
}

/** `gate smoke (http://…): answered 503, expected 200; 0 of 3 passes`. */
export function gateText({ gate, inARow, lastWhy }: GateRun): string {
  return `gate ${gate.name} (${gate.asks}): ${lastWhy}; ${inARow} of ${gate.passes} passes`;
}
