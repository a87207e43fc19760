import { setTimeout as delay } from 'node:timers/promises';
import { RefusedError } from '../../../client/errors/refused-error';
import type { Outcome } from '../../../client/outcome';
import { PHASES } from '../../../decision/phase';
import type { Phase } from '../../../decision/phase';

import type { HistoryEvent, Stack } from '../../support/stack';
import type { DeploymentCase, ScriptStep } from '../support/deployment-case';
import type { AskedAgain, Said } from '../support/evidence';
import { attributesOf } from '../support/history';
import type { JsonLine } from './json-lines';
import { jsonLinesOf } from './json-lines';
import { isSilence, persistently } from './persistently';
import { upgradeArguments } from './upgrade-arguments';

const UNREACHABLE = 9;
const LIMIT_MILLIS = 300_000;
const PAUSE_MILLIS = 100;

/** What the command acknowledged: from now on nothing may be lost of it. */
export interface Acknowledged {
  readonly workflowId: string;
  readonly runId: string;
  readonly deploymentId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One generated deployment as CI and people would do it: the command line, called again where it could reach nobody. */
export class DeploymentRun {
  state: 'not asked' | 'being asked' | 'acknowledged' | 'over' = 'not asked';
  acknowledged: Acknowledged | null = null;
  outcome: Outcome | null = null;
  again: AskedAgain | null = null;
  /** Exit codes of the commands, in their order. */
  readonly exitCodes: number[] = [];
  readonly said: Said[] = [];
  /** What the commands did that they should not. */
  readonly problems: string[] = [];
  /** Everything that the commands wrote. */
  readonly written: string[] = [];

  constructor(
    private readonly stack: Stack,
    readonly deployment: DeploymentCase,
  ) {}

  get #target(): { environment: string; stack: string; service: string } {
    return { environment: this.stack.alias, stack: this.deployment.stack, service: this.deployment.service };
  }

  /** From the request to the verdict. */
  async run(): Promise<void> {
    this.state = 'being asked';
    const script = this.#playScript();
    // A failure is met below; until then it must not count as unhandled.
    script.catch(() => undefined);
    let { told } = await this.#ask();
    await script;
    // It waits for the confirmation; whoever asks again after that follows it to its end.
    for (let times = 0; told['verdict'] === 'held' && times < 20; times += 1) ({ told } = await this.#ask());
    this.outcome = await this.#outcome();
    this.state = 'over';
    if (told['verdict'] !== this.outcome.verdict)
      this.problems.push(`the command told ${String(told['verdict'])}, and the library ${this.outcome.verdict}`);
    if (this.deployment.askedTwice) await this.#askAgain();
  }

  /** Calls the command until it reached somebody. @returns the line that names the deployment, where there is one, and the last */
  async #ask(): Promise<{ deployment: JsonLine | undefined; told: JsonLine }> {
    const args = upgradeArguments({ ...this.deployment.input, environment: this.stack.alias });
    const deadline = Date.now() + LIMIT_MILLIS;
    for (;;) {
      const command = this.stack.startDrover(args);
      void command.saysOnStdout(/^\{"type":"deployment".*$/m, LIMIT_MILLIS).then(
        ([line]) => this.#acknowledge(JSON.parse(line) as JsonLine),
        () => undefined,
      );
      const late = setTimeout(() => command.signal('SIGTERM'), Math.max(0, deadline - Date.now()));
      const ended = await command.ended;
      clearTimeout(late);
      this.written.push(ended.stdout, ended.stderr);
      const lines = jsonLinesOf(ended.stdout);
      const deployment = lines.find(({ type }) => type === 'deployment');
      if (deployment !== undefined) this.#acknowledge(deployment);
      const result = lines.at(-1);
      if (result?.type !== 'result') throw new Error(`the command said no result: ${ended.stdout}${ended.stderr}`);
      this.exitCodes.push(ended.code ?? -1);
      if (ended.code !== result['exitCode'])
        this.problems.push(`the exit code is ${String(ended.code)}, and the line says ${String(result['exitCode'])}`);
      if (ended.stderr !== '') this.problems.push(`the command wrote to standard error: ${ended.stderr.slice(0, 500)}`);
      // The verdict of a deployment that is over comes with its times; without, nobody was reached.
      if (ended.code !== UNREACHABLE || result['endedAt'] != null || Date.now() > deadline)
        return { deployment, told: result };
      await delay(PAUSE_MILLIS * 5);
    }
  }

  #acknowledge(line: JsonLine): void {
    const { workflowId, runId, deploymentId } = line as unknown as Acknowledged;
    if (this.acknowledged === null) {
      this.acknowledged = { workflowId, runId, deploymentId, at: Date.now() };
      if (this.state === 'being asked') this.state = 'acknowledged';
    } else if (this.acknowledged.runId !== runId)
      this.problems.push(`the same request came to run ${runId} after ${this.acknowledged.runId}`);
  }

  async #askAgain(): Promise<void> {
    const firstRunId = this.acknowledged?.runId ?? '';
    const { runId, how } = ((await this.#ask()).deployment ?? {}) as { runId?: string; how?: AskedAgain['how'] };
    this.again = { firstRunId, runId: runId ?? '', how: how ?? 'started' };
  }

  async #outcome(): Promise<Outcome> {
    const { environment, stack, service } = this.#target;
    const handle = await persistently(() => this.stack.client.get(environment, stack, service));
    if (handle === null) throw new Error(`Temporal knows no deployment of ${stack}/${service}: it is lost`);
    return handle.result({ limitMillis: LIMIT_MILLIS });
  }

  async #playScript(): Promise<void> {
    for (const step of this.deployment.script) {
      if (!(await this.#reaches(step.at))) return;
      await this.#say(step);
    }
  }

  /** Waits for a phase, or a later one; false where it is over before. */
  async #reaches(phase: Phase): Promise<boolean> {
    const { environment, stack, service } = this.#target;
    const deadline = Date.now() + LIMIT_MILLIS;
    while (Date.now() < deadline) {
      try {
        const handle = await this.stack.client.get(environment, stack, service);
        const progress = await handle?.progress();
        if (progress != null) {
          if (progress.result !== null) return false;
          if (isAtOrAfter(progress.phase, phase)) return true;
        }
      } catch (error) {
        if (!isSilence(error)) throw error;
      }
      await delay(PAUSE_MILLIS);
    }
    throw new Error(`${stack}/${service} did not come to ${phase}`);
  }

  /** Says it once: where nobody answers it is looked up whether it arrived, as a person would. */
  async #say({ say: name }: ScriptStep): Promise<void> {
    const deadline = Date.now() + LIMIT_MILLIS;
    for (;;) {
      try {
        const { how } = await this.stack.client.intervene(this.#target, name, { by: 'jane', why: 'her script' });
        this.said.push({ name, how: how === 'acknowledged' ? 'taken' : 'unknown' });
        return;
      } catch (error) {
        if (error instanceof RefusedError) {
          // Told that it is over, nobody knows whether the message was what ended it: its answer may have been late.
          this.said.push({ name, how: error.cause === undefined ? 'unknown' : 'refused' });
          return;
        }
        if (!isSilence(error) || Date.now() > deadline) throw error;
      }
      const { workflowId, runId } = this.acknowledged ?? { workflowId: '', runId: '' };
      if (workflowId !== '' && hasHeard(await persistently(() => this.stack.history(workflowId, runId)), name)) {
        this.said.push({ name, how: 'unknown' });
        return;
      }
    }
  }
}

/** Detours count as later than all that they can be entered from, but for the wait for somebody else's upgrade. */
function isAtOrAfter(now: Phase, wanted: Phase): boolean {
  const order = (phase: Phase): number => (phase === 'settling' ? 0 : PHASES.indexOf(phase));
  return order(now) >= order(wanted);
}

function hasHeard(history: readonly HistoryEvent[], name: string): boolean {
  return history.some((event) => {
    const signal = attributesOf(event, 'workflowExecutionSignaledEventAttributes');
    const update = attributesOf(event, 'workflowExecutionUpdateAcceptedEventAttributes');
    const request = update?.['acceptedRequest'] as { input?: { name?: string } } | undefined;
    return signal?.['signalName'] === name || request?.input?.name === name;
  });
}
