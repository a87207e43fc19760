import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '../../../client/outcome';
import { exitCodeOf } from '../../../decision/verdict';
import type { StartedProcess } from '../../support/started-process';
import { lookAtService, textOfService } from '../postgres/rancher-view';
import { upgradeArguments } from '../postgres/upgrade-arguments';
import type { DeploymentCase } from '../support/deployment-case';
import type { AskedAgain, Evidence } from '../support/evidence';
import type { PlannedKill } from './kill-plan';
import type { KillStack } from './kill-stack';
import { patiently, until } from './patiently';
import { Person } from './person';
import type { SaidLine } from './said-lines';
import { saidLines, verdictLine } from './said-lines';
import type { UnderWay } from './strike';

const UNREACHABLE = 9;
const LIMIT_MILLIS = 600_000;
const ASK_AGAIN_MILLIS = 500;
const LOOK_EVERY_MILLIS = 80;

/** What is known of a deployment after its end. */
export interface Ended {
  readonly evidence: Evidence;
  readonly underWay: UnderWay;
  /** What the commands did that they should not. */
  readonly problems: readonly string[];
  /** How often the command was started, and how often it reached nobody. */
  readonly commands: number;
  readonly unreached: number;
}

/** One deployment by the command line, which is called again with the same request id whenever it was killed or could reach nobody. */
export class DeploymentUnderFire {
  /** Everything that the commands wrote. */
  readonly written: string[] = [];
  readonly #problems: string[] = [];
  readonly #started: SaidLine[] = [];
  readonly #over = new AbortController();
  readonly #person: Person;
  #command: StartedProcess | null = null;
  #askedAt = 0;
  #commands = 0;
  #unreached = 0;
  #pauseMillis = 0;

  constructor(
    private readonly target: KillStack,
    private readonly deployment: DeploymentCase,
    private readonly kills: readonly PlannedKill[],
  ) {
    const { stack, service } = deployment;
    this.#person = new Person(target.stack, { environment: target.stack.alias, stack, service });
  }

  /** From the request to the verdict. @throws Error when it is not over after ten minutes */
  async run(): Promise<Ended> {
    const { rancher } = this.target.stack;
    const before = await patiently(() => textOfService(rancher, this.deployment));
    const { service } = await patiently(() => lookAtService(rancher, this.deployment));
    this.#askedAt = Date.now();
    const arms = this.kills.map((kill) => this.#arm(kill, String(service['id'])));
    const script = this.#person.play(this.deployment.script);
    // Failures are met below; until then they must not count as unhandled.
    for (const one of [...arms, script]) one.catch(() => undefined);
    try {
      let told = await this.#ask();
      await script;
      // It waited for a confirmation; whoever asks again after that follows it to its end.
      for (let times = 0; told['verdict'] === 'held' && times < 20; times += 1) told = await this.#ask();
      const outcome = await this.#outcome();
      this.#compare(told, outcome);
      this.#over.abort();
      await Promise.all(arms);
      if (this.deployment.askedTwice && this.#commands === 1) await this.#ask();
      return await this.#ended(before, outcome);
    } finally {
      this.#over.abort();
      this.#command?.signal('SIGKILL');
    }
  }

  async #ended(before: string, outcome: Outcome): Promise<Ended> {
    const { stack } = this.target;
    const { workflowId, runId } = this.#first();
    const history = await patiently(() => stack.history(workflowId, runId));
    const journal = (await patiently(() => stack.journal())).filter(({ name }) => name === this.deployment.service);
    const after = await patiently(() => lookAtService(stack.rancher, this.deployment));
    return {
      evidence: {
        ...{ case: this.deployment, before, journal, history, outcome, after, said: this.#person.said },
        again: this.#again(),
      },
      underWay: {
        index: this.deployment.index,
        askedAt: this.#askedAt,
        endedAt: outcome.result?.endedAt ?? Date.now(),
        timeline: outcome.result?.timeline ?? [],
      },
      problems: this.#problems,
      commands: this.#commands,
      unreached: this.#unreached,
    };
  }

  /** Calls the command until one of them told a verdict. @returns the line with it */
  async #ask(): Promise<SaidLine> {
    const args = upgradeArguments({ ...this.deployment.input, environment: this.target.stack.alias });
    const deadline = Date.now() + LIMIT_MILLIS;
    for (;;) {
      const command = this.target.stack.startDrover(args);
      this.#command = command;
      this.#commands += 1;
      const late = setTimeout(() => command.signal('SIGKILL'), Math.max(0, deadline - Date.now()));
      const { code, signal, stdout, stderr } = await command.ended;
      clearTimeout(late);
      this.written.push(`exit ${String(code)} ${String(signal)}\n${stdout}${stderr}`);
      this.#started.push(...saidLines(stdout).filter(({ type }) => type === 'deployment'));
      if (Date.now() >= deadline) throw new Error(`no verdict after ${LIMIT_MILLIS / 1000} s`);
      if (signal !== null) {
        await delay(this.#pauseMillis);
        continue;
      }
      const line = verdictLine(stdout);
      if (line === undefined) throw new Error(`the command told no verdict (exit ${String(code)}): ${stdout}${stderr}`);
      if (code !== line['exitCode'])
        this.#problems.push(`exit code ${String(code)}, and the line says ${String(line['exitCode'])}`);
      if (stderr !== '') this.#problems.push(`the command wrote to standard error: ${stderr.slice(0, 500)}`);
      // A verdict of the deployment comes with its times; without them the command reached nobody.
      if (code !== UNREACHABLE || line['endedAt'] != null) return line;
      this.#unreached += 1;
      await delay(ASK_AGAIN_MILLIS);
    }
  }

  async #outcome(): Promise<Outcome> {
    const { stack, service } = this.deployment;
    const handle = await patiently(() => this.target.stack.client.get(this.target.stack.alias, stack, service));
    if (handle === null) throw new Error(`Temporal knows no deployment of ${stack}/${service}: it is lost`);
    return handle.result({ limitMillis: LIMIT_MILLIS });
  }

  #compare(told: SaidLine, { verdict }: Outcome): void {
    if (told['verdict'] !== verdict || told['exitCode'] !== exitCodeOf(verdict))
      this.#problems.push(
        `the command told ${String(told['verdict'])} (${String(told['exitCode'])}), and the workflow ${verdict}`,
      );
  }

  /** Whether commands that came later found the deployment of the first one. */
  #again(): AskedAgain | null {
    if (this.#started.length < 2) return null;
    const firstRunId = this.#first().runId;
    const last = this.#started.slice(1).find(({ runId, how }) => runId !== firstRunId || how === 'started');
    const { runId, how } = (last ?? this.#started.at(-1) ?? {}) as unknown as AskedAgain;
    return { firstRunId, runId, how };
  }

  #first(): { workflowId: string; runId: string } {
    const [first] = this.#started;
    if (first === undefined) throw new Error('no command told which deployment it started');
    return first as unknown as { workflowId: string; runId: string };
  }

  /** Waits for the moment, and does it; not once it is over. */
  async #arm(kill: PlannedKill, serviceId: string): Promise<void> {
    const { moment } = kill;
    const { signal } = this.#over;
    const { front } = this.target;
    const strike = (): Promise<void> => {
      if (kill.what === 'command') this.#pauseMillis = kill.pauseMillis;
      const { index } = this.deployment;
      return this.target.strike(kill, { index, command: () => this.#command });
    };
    const options = { signal, limitMillis: LIMIT_MILLIS };
    switch (moment.at) {
      case 'request':
        await this.#meet((run) => front.intercept({ service: serviceId, ...moment, run }), strike);
        return;
      case 'lookup':
        await this.#meet((run) => front.interceptLookup(this.deployment.stack, run), strike);
        return;
      case 'taken': {
        const taken = { service: serviceId, action: moment.action, moment: 'answered' as const };
        await this.#meet(
          (run) => front.intercept({ ...taken, run }),
          () => Promise.resolve(),
        );
        break;
      }
      case 'state':
        if (
          !(await until(moment.state, () => this.#isIn(moment.state), { ...options, everyMillis: LOOK_EVERY_MILLIS }))
        )
          return;
        break;
      case 'started':
        if (!(await until('its start', () => this.#hasStarted(), options))) return;
        break;
      case 'asked':
        break;
      default:
        throw new TypeError(`unknown moment ${String(moment satisfies never)}`);
    }
    await delay(moment.afterMillis, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await strike();
  }

  /** Lies in wait at the front for what is to be held back; comes back when that was met, or when it is all over. */
  #meet(intercept: (run: () => Promise<void>) => () => void, strike: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const takeBack = intercept(async () => {
        await strike();
        resolve();
      });
      this.#over.signal.addEventListener('abort', () => {
        takeBack();
        resolve();
      });
    });
  }

  #hasStarted(): boolean {
    return this.#started.length > 0 || (this.#command?.stdout.includes('"type":"deployment"') ?? false);
  }

  async #isIn(state: string): Promise<boolean> {
    try {
      return (await lookAtService(this.target.stack.rancher, this.deployment)).service['state'] === state;
    } catch {
      // It is dead just now.
      return false;
    }
  }
}
