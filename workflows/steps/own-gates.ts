import type { GateRun } from '../../decision/gate';
import { afterCheck, afterOutage, gateDeadline, gateState, gateText, newGateRun } from '../../decision/gate';
import { interruptible, isOutage } from '../calls';
import type { Deployment } from '../deployment';
import { timestamp } from '../timestamp';

/** Where the environment's own gates stand after a look at those that were due. */
export interface OwnGates {
  /** What is missing, in words; empty where all have passed. */
  readonly open: readonly string[];
  /** Why the upgrade is not good; null where it still may be. */
  readonly failed: string | null;
  /** Until the next check is due, milliseconds; null where none is. */
  readonly nextMillis: number | null;
}

/** The environment's own gates during one verification. */
export class OwnGateRuns {
  #runs: GateRun[];
  /** Names of gates of which a person wants to know what they say now, also where that is the same as before. */
  readonly #askedFor = new Set<string>();

  /** @param passes how many in a row are enough; null: as many as each gate says */
  constructor(
    private readonly deployment: Deployment,
    passes: number | null,
  ) {
    const gates = deployment.policy.gates.map((gate) => (passes === null ? gate : { ...gate, passes }));
    this.#runs = gates.map((gate) => newGateRun(gate, Date.now()));
  }

  /** The containers were not good any more: what was seen of them counts no longer. */
  begin(): void {
    this.#runs = this.#runs.map(({ gate, dueAt }) => newGateRun(gate, dueAt));
  }

  /** A person does not want to wait for the next checks. */
  checkNow(): void {
    this.#runs = this.#runs.map((run) => ({ ...run, dueAt: Date.now() }));
    for (const { gate } of this.#runs) this.#askedFor.add(gate.name);
  }

  /** Those that have not passed, and until when each is tried. */
  waitsFor(): string[] {
    return this.#open().map((run) => {
      const deadline = gateDeadline(run);
      return `${gateText(run)}${deadline === null ? '' : `; it has until ${timestamp(deadline)}`}`;
    });
  }

  /** Checks those that are due, one after the other. */
  async look(): Promise<OwnGates> {
    for (const [index, run] of this.#runs.entries()) {
      if (gateState(run, Date.now()) !== 'open' || run.dueAt > Date.now()) continue;
      this.#runs[index] = await this.#check(run);
      this.deployment.throwIfRestoreAsked();
    }
    const now = Date.now();
    const failed = this.#runs.find((run) => gateState(run, now) === 'failed');
    const open = this.#open();
    return {
      open: open.map(gateText),
      failed: failed === undefined ? null : gateText(failed),
      nextMillis: open.length === 0 ? null : Math.max(0, Math.min(...open.map(({ dueAt }) => dueAt)) - now),
    };
  }

  #open(): GateRun[] {
    return this.#runs.filter((run) => gateState(run, Date.now()) === 'open');
  }

  async #check(run: GateRun): Promise<GateRun> {
    const { deployment } = this;
    const { gate } = run;
    const begunAt = Date.now();
    const { check } = deployment.at.activities;
    const called = await interruptible(deployment, () =>
      check(gate.timeoutMillis).checkGate({ ...deployment.about, gate }),
    );
    const now = Date.now();
    if (called.kind === 'interrupted') return run;
    if (called.kind === 'failed' && isOutage(called.type)) {
      if (this.#askedFor.delete(gate.name) || run.lastWhy !== called.message)
        deployment.note('warning', `gate ${gate.name}: no answer (${called.message})`);
      deployment.isBack();
      return { ...afterOutage(run, now - begunAt, now), lastWhy: called.message };
    }
    // What is configured badly is a check that cannot be passed, as long as nobody corrects it.
    const said = called.kind === 'value' ? called.value : { passed: false, why: called.message };
    const after = afterCheck(run, said, begunAt, now);
    this.#tell(run, after, said.passed);
    return after;
  }

  /** One line per change, not per check; and one for whoever asked. */
  #tell(before: GateRun, after: GateRun, passed: boolean): void {
    const isOver = gateState(after, Date.now()) !== 'open';
    const isAskedFor = this.#askedFor.delete(after.gate.name);
    if (!isOver && !isAskedFor && before.lastWhy === after.lastWhy) return;
    this.deployment.note(passed ? 'info' : 'warning', gateText(after));
  }
}
