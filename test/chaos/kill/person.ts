import { setTimeout as delay } from 'node:timers/promises';
import type { UpgradeInput } from '../../../client/input/upgrade-input';
import { RefusedError } from '../../../client/errors/refused-error';
import type { Phase } from '../../../decision/phase';
import { PHASES } from '../../../decision/phase';
import type { Stack } from '../../support/stack';
import { isSilence } from '../postgres/persistently';
import type { ScriptStep } from '../support/deployment-case';
import type { Said } from '../support/evidence';

const LIMIT_MILLIS = 500_000;
const PAUSE_MILLIS = 150;

/** Somebody who watches one deployment and steps in as the script says; where nobody answers she looks again. */
export class Person {
  readonly said: Said[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly target: Pick<UpgradeInput, 'environment' | 'stack' | 'service'>,
  ) {}

  async play(script: readonly ScriptStep[]): Promise<void> {
    for (const { at, say } of script) {
      if (!(await this.#sees(at))) return;
      this.said.push(await this.#say(say));
    }
  }

  /** Waits for a phase, or a later one; false where it is over before. */
  async #sees(phase: Phase): Promise<boolean> {
    const { environment, stack, service } = this.target;
    for (const deadline = Date.now() + LIMIT_MILLIS; Date.now() < deadline; await delay(PAUSE_MILLIS)) {
      try {
        const progress = await (await this.stack.client.get(environment, stack, service))?.progress();
        if (progress === undefined) continue;
        if (progress.result !== null) return false;
        if (isAtOrAfter(progress.phase, phase)) return true;
      } catch (error) {
        if (!isSilence(error)) throw error;
      }
    }
    throw new Error(`${service} was not seen in ${phase}`);
  }

  async #say(name: ScriptStep['say']): Promise<Said> {
    // A connection that breaks leaves open whether it was heard: then it stays unknown, whatever is answered to saying it once more.
    let isUnsure = false;
    for (const deadline = Date.now() + LIMIT_MILLIS; ; await delay(PAUSE_MILLIS)) {
      try {
        const { how } = await this.stack.client.intervene(this.target, name, { by: 'jane', why: 'her script' });
        return { name, how: how === 'acknowledged' ? 'taken' : 'unknown' };
      } catch (error) {
        if (error instanceof RefusedError) return { name, how: isUnsure ? 'unknown' : 'refused' };
        if (!isSilence(error) || Date.now() >= deadline) throw error;
        isUnsure = true;
      }
    }
  }
}

/** Detours count as later than all that they can be entered from, but for the wait for somebody else's upgrade. */
function isAtOrAfter(now: Phase, wanted: Phase): boolean {
  const order = (phase: Phase): number => (phase === 'settling' ? 0 : PHASES.indexOf(phase));
  return order(now) >= order(wanted);
}
