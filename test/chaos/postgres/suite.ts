import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultCounts } from '../../../simulator/fault-plan';
import { CanarySearch } from '../../e2e/canaries';
import type { ProductionTools } from '../../support/production-temporal';
import { ProductionTemporal } from '../../support/production-temporal';
import { Stack } from '../../support/stack';
import type { DeploymentCase } from '../support/deployment-case';
import { canariesOf, generateCases, PROJECT, worldSeedOf } from '../support/deployment-case';
import type { Evidence } from '../support/evidence';
import { ourActions } from '../support/evidence';
import { checkDeployment } from '../support/invariants';
import { variablesOf } from '../support/planted-secrets';
import { SeededRandom } from '../support/random';
import { DeploymentRun } from './deployment-run';
import type { KillRecord } from './killer';
import { Killer } from './killer';
import { planKills } from './kill-plan';
import type { Kept } from './nothing-lost';
import { lookUpAll } from './nothing-lost';
import type { SuiteOptions } from './options';
import { lookAtService, textOfService } from './rancher-view';

const ALIAS = 'chaos';
const WORKERS = 2;
/** Connections are refused, and the event stream is cut, at one request where this many others fail by themselves. */
const TROUBLE_PER_FAULT = 1 / 20;
/** Long enough for what the kills take; a bad image has to be found out within the run. */
const POLICY = {
  stallLimit: '12s',
  settleLimit: '60s',
  rollbackLimit: '60s',
  finishLimit: '60s',
  reachLimit: '60s',
};

/** How one deployment went. */
export interface DeploymentReport {
  readonly service: string;
  readonly kind: string;
  readonly deploymentId: string;
  readonly runId: string;
  readonly verdict: string;
  readonly exitCodes: readonly number[];
  readonly upgrades: number;
  readonly millis: number;
  /** What is wrong; empty where it passed. */
  readonly wrong: readonly string[];
}

/** Everything that a run found out. */
export interface SuiteReport {
  readonly kills: readonly KillRecord[];
  /** Kills that met no deployment. */
  readonly missedKills: number;
  readonly deployments: readonly DeploymentReport[];
  readonly kept: readonly Kept[];
  readonly lost: readonly string[];
  /** What was wrong besides the deployments. */
  readonly wrong: readonly string[];
  /** Events of histories that were seen right before a kill. */
  readonly eventsHeld: number;
  readonly recoveryLines: readonly string[];
  /** Requests to Rancher, and what went wrong with them. */
  readonly faults: FaultCounts;
  /** Milliseconds from the first request to the last verdict. */
  readonly millis: number;
}

/** Engine, product and deployments of one run. */
export class Suite {
  readonly folder = mkdtempSync(join(tmpdir(), 'drover-postgres-'));
  readonly #started = Date.now();
  #engine: ProductionTemporal | null = null;
  #stack: Stack | null = null;

  constructor(
    private readonly options: SuiteOptions,
    private readonly say: (line: string) => void,
    private readonly onKill: (record: KillRecord) => void,
  ) {
    // PostgreSQL's account has to pass through it.
    chmodSync(this.folder, 0o711);
  }

  readonly sinceStart = (): number => Date.now() - this.#started;

  async run(tools: ProductionTools): Promise<SuiteReport> {
    const { deployments, seed, atOnce, faultRate } = this.options;
    const cases = generateCases(seed, deployments);
    const engine = await ProductionTemporal.start(tools, join(this.folder, 'engine'), this.say);
    this.#engine = engine;
    const stack = await startStack(engine, cases);
    this.#stack = stack;
    const before = await Promise.all(cases.map((one) => textOfService(stack.rancher, one)));
    const trouble = faultRate * TROUBLE_PER_FAULT;
    await stack.rancher.planFaults({ seed, rate: faultRate, refusalRate: trouble, cutRate: trouble });
    const runs = cases.map((one) => new DeploymentRun(stack, one));
    const killer = new Killer(stack, engine, runs, this.sinceStart, this.onKill);
    const plan = planKills(new SeededRandom(seed).fork('kills'), deployments, WORKERS);
    const times = new Map<DeploymentRun, number>();
    const failures = new Map<DeploymentRun, string>();
    this.say(`the deployments begin: ${atOnce} at once, ${plan.length} kills`);
    const began = Date.now();
    const [wrong] = await Promise.all([
      killer.carryOut(plan).then(
        () => [],
        (error: unknown) => [`the kills ended early: ${wordsOf(error)}`],
      ),
      pooled(runs, atOnce, async (run) => {
        const asked = Date.now();
        await run.run().catch((error: unknown) => failures.set(run, wordsOf(error)));
        run.state = 'over';
        times.set(run, Date.now() - asked);
      }),
    ]);
    const millis = Date.now() - began;
    await stack.rancher.planFaults(null);
    const faults = await stack.rancher.faultCounts();
    const { kept, lost } = await lookUpAll(stack, runs, killer.snapshots);
    const canaries = canariesOf(cases);
    const journal = await stack.journal();
    const reports = await Promise.all(
      runs.map(async (run, index): Promise<DeploymentReport> => {
        const { deployment, outcome, acknowledged } = run;
        const history = kept.find(({ runId }) => runId === acknowledged?.runId)?.history ?? [];
        const failure = failures.get(run);
        const evidence: Evidence = {
          ...{ case: deployment, before: before[index] ?? '', history, said: run.said, again: run.again },
          journal: journal.filter(({ name }) => name === deployment.service),
          outcome: outcome ?? { verdict: 'unreachable', reason: failure ?? '', nextStep: '', result: null },
          after: await lookAtService(stack.rancher, deployment),
        };
        const violations = checkDeployment(evidence, canaries);
        const bad = [
          ...(failure === undefined ? [] : [failure]),
          ...run.problems,
          ...violations.map(({ invariant, text }) => `${String(invariant)}: ${text}`),
        ];
        if (bad.length > 0)
          this.#keep(`${deployment.service}.json`, JSON.stringify({ ...evidence, written: run.written }, null, 1));
        return {
          ...{ service: deployment.service, kind: deployment.kind, exitCodes: run.exitCodes, wrong: bad },
          deploymentId: acknowledged?.deploymentId ?? '',
          runId: acknowledged?.runId ?? '',
          verdict: evidence.outcome.verdict,
          upgrades: ourActions(evidence).filter(({ action }) => action === 'upgrade').length,
          millis: times.get(run) ?? 0,
        };
      }),
    );
    return {
      ...{ kills: killer.records, missedKills: killer.missed, deployments: reports, kept, lost, millis },
      wrong: [...wrong, ...this.#workersThatEnded(stack, killer), ...this.#leaks(stack, engine, runs, cases)],
      eventsHeld: killer.snapshots.reduce((sum, { events }) => sum + events.length, 0),
      recoveryLines: engine.postgres.recoveryLines(),
      faults,
    };
  }

  /** Ends everything that was started; its folder goes too, unless `keepFolder`. */
  async close(keepFolder: boolean): Promise<void> {
    await this.#stack?.close();
    await this.#engine?.close();
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  #workersThatEnded(stack: Stack, killer: Killer): string[] {
    const killed = killer.records.filter(({ what }) => what === 'worker').length;
    const ended = stack.workers.filter(({ running }) => !running).length;
    return ended === killed ? [] : [`${ended} workers ended, and ${killed} were killed`];
  }

  /** Secrets in what the workers, the commands and the servers wrote. */
  #leaks(
    stack: Stack,
    engine: ProductionTemporal,
    runs: readonly DeploymentRun[],
    cases: readonly DeploymentCase[],
  ): string[] {
    const search = new CanarySearch(canariesOf(cases));
    const found = [
      ...stack.workers.flatMap(({ stdout, stderr }) => search.find("a worker's output", stdout + stderr)),
      ...runs.flatMap(({ written }) => search.find("a command's output", written.join(''))),
      ...search.find("Temporal's log", readFileSync(engine.logFile, 'utf8')),
      ...search.find("PostgreSQL's log", readFileSync(engine.postgres.logFile, 'utf8')),
    ];
    return found.map(({ canary, form, place }) => `${canary} (${form}) is in ${place}`);
  }

  #keep(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
}

function startStack(engine: ProductionTemporal, cases: readonly DeploymentCase[]): Promise<Stack> {
  const seed = cases[0]?.seed ?? '';
  const variables = variablesOf(seed);
  return Stack.start({
    seed: worldSeedOf(cases),
    temporal: engine,
    workers: WORKERS,
    policy: POLICY,
    environments: {
      [ALIAS]: { project: PROJECT, variables: Object.fromEntries(variables.map((one) => [one.reference, one.env])) },
    },
    workerEnv: Object.fromEntries(variables.map(({ env, value }) => [env, value])),
  });
}

/** All of them, so many at once, in their order. */
async function pooled<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }),
  );
}

/** With its causes: of Temporal's errors the outermost says little. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = `${error.name}: ${error.message}`;
  return error.cause === undefined ? words : `${words} (${wordsOf(error.cause)})`;
}
