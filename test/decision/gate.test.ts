import type { Gate, GateRun } from '../../decision/gate';
import { afterCheck, afterOutage, gateState, gateText, newGateRun } from '../../decision/gate';

const GATE: Gate = {
  name: 'smoke',
  kind: 'http',
  asks: 'http://web/health',
  passes: 3,
  everyMillis: 1_000,
  withinMillis: 10_000,
  timeoutMillis: 500,
};
const GOOD = { passed: true, why: 'answered 200' };
const BAD = { passed: false, why: 'answered 503, expected 200' };

/** Checks one after the other, a second apart. */
function runOf(...checks: boolean[]): [GateRun, number] {
  let now = 0;
  let run = newGateRun(GATE, now);
  for (const passed of checks) {
    run = afterCheck(run, passed ? GOOD : BAD, now, now);
    now += 1_000;
  }
  return [run, now];
}

describe('a gate', () => {
  test('passes with as many passes in a row as it asks for, and not before', () => {
    const states = [[], [true], [true, true], [true, true, true]].map((checks) => gateState(...runOf(...checks)));
    expect(states).toEqual(['open', 'open', 'open', 'passed']);
  });

  test('begins its row anew after a check that fails', () => {
    const [run, now] = runOf(true, true, false, true, true);
    expect([run.inARow, run.checks, gateState(run, now)]).toEqual([2, 5, 'open']);
  });

  test('fails only after its whole time, and only by a check', () => {
    const [run] = runOf(false);
    expect([9_999, 10_000].map((now) => gateState(run, now))).toEqual(['open', 'failed']);
    expect(gateState(newGateRun(GATE, 0), 1_000_000)).toBe('open');
  });

  test('whose last check passed is given its row, though its time is over', () => {
    const [run] = runOf(false, true);
    expect(gateState(run, 60_000)).toBe('open');
  });

  test('is not charged for an outage', () => {
    const [run, now] = runOf(false);
    const later = afterOutage(run, 30_000, now + 30_000);
    expect(gateState(later, 39_999)).toBe('open');
    expect(gateState(later, 40_000)).toBe('failed');
    expect(later.checks).toBe(run.checks);
  });

  test('is checked again after its pause', () => {
    expect(afterCheck(newGateRun(GATE, 0), GOOD, 0, 200).dueAt).toBe(1_200);
  });

  test('tells where it stands', () => {
    expect(gateText(runOf(true, false)[0])).toBe(
      'gate smoke (http://web/health): answered 503, expected 200; 0 of 3 passes',
    );
  });
});
