import { DEFAULT_POLICY } from '../../decision/policy';
import { afterCheck, afterOutage, gateState, gateText, newGateRun } from '../../decision/gate';
import type { GateRun } from '../../decision/gate';
import type { ReleaseGate } from '../../decision/release-gate';
import { activitiesOf } from '../activity-options';
import { interruptible, isOutage } from '../calls';
import type { ReleaseRun } from '../release-run';
import { hasToGoBack } from './upgrade-all';

/** For so long nobody may answer on the worker of a gate's environment, besides the gate's own time, milliseconds. */
const AWAY_LIMIT_MILLIS = 3_600_000;

/**
 * Asks the gates of the release itself, all at once, until each has passed or one of them has failed. A failure counts as that of a service
 * does: everything goes back, unless the release says otherwise.
 *
 * @param passes how many in a row are enough; null: as many as each gate says
 */
export async function judgeGates(run: ReleaseRun, passes: number | null): Promise<void> {
  const gates = run.request.gates.map((gate) => (passes === null ? gate : { ...gate, passes }));
  if (gates.length === 0) return;
  run.enter(
    'deciding',
    `all services are verified: asking the release's own gates, ${gates.map(({ name }) => name).join(', ')}`,
  );
  await Promise.all(gates.map((gate) => judge(run, gate)));
}

/** Gates that were not judged to their end have nothing to say any more. */
export function leaveGatesOut(run: ReleaseRun): void {
  const open = run.progress().gates.filter(({ state }) => state === 'waiting' || state === 'asking');
  for (const gate of run.request.gates) {
    const found = open.find(({ name }) => name === gate.name);
    if (found !== undefined) run.judge(gate, 'left-out', found.why);
  }
}

async function judge(run: ReleaseRun, gate: ReleaseGate): Promise<void> {
  const until = Date.now() + gate.withinMillis + AWAY_LIMIT_MILLIS;
  let seen = newGateRun(gate, Date.now());
  run.judge(gate, 'asking', null);
  while (!hasToGoBack(run)) {
    seen = await ask(run, gate, seen);
    const state = gateState(seen, Date.now());
    if (state === 'passed') {
      run.judge(gate, 'passed', seen.lastWhy);
      return run.note('info', gateText(seen));
    }
    // Nobody came to ask: nothing is known to be bad, and nothing is known to be good.
    if (state === 'failed' || Date.now() >= until) return fail(run, gate, seen);
    const pause = Math.max(0, seen.dueAt - Date.now());
    await run.until(() => hasToGoBack(run), pause, `wait to ask the gate ${gate.name} again`);
  }
}

async function ask(run: ReleaseRun, gate: ReleaseGate, seen: GateRun): Promise<GateRun> {
  const begunAt = Date.now();
  const { check } = activitiesOf(gate.environment, DEFAULT_POLICY);
  const told = {
    get pokes(): number {
      return hasToGoBack(run) ? 1 : 0;
    },
  };
  const called = await interruptible(told, () => check(gate.timeoutMillis).checkReleaseGate({ gate }));
  if (called.kind === 'interrupted') return seen;
  const now = Date.now();
  const after =
    called.kind === 'failed' && isOutage(called.type)
      ? { ...afterOutage(seen, now - begunAt, now), lastWhy: `no answer from a worker of ${gate.environment}` }
      : // What is configured badly cannot be passed, as long as nobody corrects it.
        afterCheck(seen, called.kind === 'value' ? called.value : { passed: false, why: called.message }, begunAt, now);
  // One line per change, not per check.
  if (after.lastWhy !== seen.lastWhy && gateState(after, now) === 'open') run.note('warning', gateText(after));
  run.judge(gate, 'asking', after.lastWhy);
  return after;
}

function fail(run: ReleaseRun, gate: ReleaseGate, seen: GateRun): void {
  run.gateFailed ??= gateText(seen);
  run.judge(gate, 'failed', seen.lastWhy);
  run.note('error', `failed: ${gateText(seen)}`);
}
