import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CanarySearch } from '../../e2e/canaries';
import type { StackTemporal } from '../../support/stack-temporal';
import type { DeploymentCase } from '../support/deployment-case';
import { canariesOf, generateCase } from '../support/deployment-case';
import type { Evidence } from '../support/evidence';
import { ourActions } from '../support/evidence';
import { checkDeployment } from '../support/invariants';
import type { Ended } from './deployment-under-fire';
import { DeploymentUnderFire } from './deployment-under-fire';
import type { ClockKind } from './fake-clock';
import { heldUpAttempts } from './held-up-attempts';
import type { Disturbance } from './kill-plan';
import { planKills } from './kill-plan';
import { KillStack } from './kill-stack';
import type { Met, Strike } from './strike';
import { metBy } from './strike';

/** What the suite is made of. */
export interface SuiteParts {
  readonly seed: string;
  readonly indexes: readonly number[];
  /** Whether a deployment that was over before its kill could be made is judged, and another one made in its place. Else it is wrong. */
  readonly replacesMissed: boolean;
  readonly stacks: number;
  readonly atOnce: number;
  /** Folder for everything that is written. */
  readonly folder: string;
  /** Which Temporal each stack has: started in the folder that it is told. */
  readonly startTemporal: (folder: string) => Promise<StackTemporal>;
  /** Path of libfaketime; null: no clock is moved. */
  readonly faketime: string | null;
  readonly onEnd: (result: DeploymentResult) => void;
}

/** One deployment, judged. */
export interface DeploymentResult {
  readonly index: number;
  readonly kind: string;
  readonly stack: number;
  readonly verdict: string | null;
  /** What is wrong; nothing where it passed. */
  readonly wrong: readonly string[];
  readonly met: readonly Met[];
  /** All is right with it, but what was planned for it never came: what it was about to meet (a worker, say) was away just then. */
  readonly missed: boolean;
  /** Whether an upgrade of its own had to be made; how many Rancher accepted, and in how many rounds. */
  readonly neededOne: boolean;
  readonly accepted: number;
  readonly rounds: number;
  readonly commands: number;
  readonly unreached: number;
  readonly heldUp: number;
  readonly heartbeatsMissed: number;
  readonly seconds: number;
  /** Where its logs are; null where it passed. */
  readonly logs: string | null;
}

/** What became of a stack. */
export interface StackResult {
  readonly number: number;
  readonly workers: number;
  readonly strikes: readonly Strike[];
  readonly clocks: Readonly<Record<ClockKind | 'untouched', number>>;
  /** Actions of the workers that Rancher refused by 422. */
  readonly refused: number;
  /** What is wrong with the stack as a whole. */
  readonly wrong: readonly string[];
  readonly endedByThemselves: readonly string[];
}

export interface SuiteResult {
  readonly deployments: readonly DeploymentResult[];
  /** Deployments that met nothing, and in whose place others were made. */
  readonly missed: readonly number[];
  readonly stacks: readonly StackResult[];
}

/** Deployments that are kept ready for those that are missed, for each one that is asked for. */
const SPARE = 0.2;

/** Runs all deployments in stacks side by side, each with its kills. */
export async function runSuite(parts: SuiteParts): Promise<SuiteResult> {
  const shares = Array.from({ length: parts.stacks }, (_, number) =>
    parts.indexes.filter((_index, position) => position % parts.stacks === number),
  );
  const results = await Promise.all(shares.map((indexes, number) => runStack(parts, number, indexes)));
  const all = results.flatMap(({ deployments }) => deployments).sort((left, right) => left.index - right.index);
  return {
    deployments: all.filter(({ missed }) => !missed),
    missed: all.filter(({ missed }) => missed).map(({ index }) => index),
    stacks: results.map(({ stack }) => stack),
  };
}

async function runStack(
  parts: SuiteParts,
  number: number,
  indexes: readonly number[],
): Promise<{ deployments: DeploymentResult[]; stack: StackResult }> {
  const { seed, folder: within, startTemporal, faketime, atOnce } = parts;
  // Numbers that no other stack has.
  const spareCount = parts.replacesMissed ? Math.ceil(indexes.length * SPARE) : 0;
  const firstSpare = Math.max(-1, ...parts.indexes) + 1 + number * Math.ceil(parts.indexes.length * SPARE);
  const spares = Array.from({ length: spareCount }, (_, at) => generateCase(seed, firstSpare + at));
  const cases = [...indexes.map((index) => generateCase(seed, index)), ...spares];
  const target = await KillStack.start({ number, seed, cases, within, startTemporal, faketime });
  const deployments: DeploymentResult[] = [];
  const written: string[] = [];
  let keep = true;
  try {
    const waiting = cases.slice(0, indexes.length);
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const spare = spares[0];
        const done = await runOne(parts, target, number, next, written, spare !== undefined);
        deployments.push(done);
        if (done.missed) {
          spares.shift();
          if (spare !== undefined) waiting.push(spare);
        }
        parts.onEnd(done);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    await target.recovered();
    const { endedByThemselves } = target.workers;
    const wrong = [
      ...target.troubles,
      ...leaks(target, cases, written),
      ...endedByThemselves.flatMap(({ text, isUntouched }) =>
        isUntouched ? [`a worker ended by itself (${text.split('\n')[0] ?? ''})`] : [],
      ),
    ];
    keep = wrong.length > 0 || deployments.some((one) => one.wrong.length > 0);
    const { strikes, workers, workerCount, front } = target;
    return {
      deployments,
      stack: {
        ...{ number, workers: workerCount, strikes, clocks: workers.clocks, wrong },
        refused: front.passed.filter(({ status }) => status === 422).length,
        endedByThemselves: endedByThemselves.map(({ text }) => text),
      },
    };
  } finally {
    await target.close(keep);
  }
}

async function runOne(
  parts: SuiteParts,
  target: KillStack,
  stack: number,
  deployment: DeploymentCase,
  written: string[],
  mayMiss: boolean,
): Promise<DeploymentResult> {
  const startedAt = Date.now();
  const kills = planKills(deployment, parts.faketime !== null);
  const fire = new DeploymentUnderFire(target, deployment, kills);
  let ended: Ended | null = null;
  const wrong: string[] = [];
  try {
    ended = await fire.run();
    wrong.push(
      ...ended.problems,
      ...checkDeployment(ended.evidence, canariesOf([deployment])).map(
        ({ invariant, text }) => `invariant ${invariant}: ${text}`,
      ),
    );
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  written.push(...fire.written);
  const met = ended === null ? [] : metBy(ended.underWay, target.strikes);
  const struck = met.filter(({ strike }) => strike.what !== 'clock');
  const metNothing = ended !== null && struck.length === 0;
  if (metNothing && !mayMiss) wrong.push('nothing was killed or frozen while it was under way');
  const { evidence } = ended ?? {};
  return {
    ...{ index: deployment.index, kind: deployment.kind, stack, wrong, met },
    missed: metNothing && wrong.length === 0,
    verdict: evidence?.outcome.verdict ?? null,
    neededOne: deployment.effectiveUpgrades > 0,
    accepted: evidence === undefined ? 0 : ourActions(evidence).filter(({ action }) => action === 'upgrade').length,
    rounds: evidence?.outcome.result?.rounds ?? 0,
    commands: ended?.commands ?? 0,
    unreached: ended?.unreached ?? 0,
    ...heldUpAttempts(evidence?.history ?? []),
    seconds: (Date.now() - startedAt) / 1000,
    logs: wrong.length === 0 ? null : keepLogs(parts.folder, deployment, { evidence, kills, met, wrong }, fire, target),
  };
}

function keepLogs(
  folder: string,
  deployment: DeploymentCase,
  known: { evidence: Evidence | undefined; kills: unknown; met: unknown; wrong: unknown },
  fire: DeploymentUnderFire,
  target: KillStack,
): string {
  const logs = join(folder, `deployment-${deployment.index}`);
  mkdirSync(logs, { recursive: true });
  const write = (name: string, value: unknown): void =>
    writeFileSync(join(logs, name), typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  write('commands.log', fire.written.join('\n---\n'));
  write('deployment.json', { ...known, evidence: undefined, case: deployment });
  write('evidence.json', known.evidence ?? null);
  write('strikes.json', target.strikes);
  target.stack.workers.forEach(({ stdout, stderr }, index) => write(`worker-${index}.log`, `${stdout}\n${stderr}`));
  return logs;
}

/** Secrets in what the processes wrote. */
function leaks(target: KillStack, cases: readonly DeploymentCase[], commands: readonly string[]): string[] {
  const search = new CanarySearch(canariesOf(cases));
  const workers = target.stack.workers.map(({ stdout, stderr }) => `${stdout}\n${stderr}`);
  return [
    ...search.find("the commands' output", commands.join('\n')),
    ...search.find("the workers' output", workers.join('\n')),
  ].map(({ canary, form, place }) => `invariant 5: ${canary} (${form}) is in ${place}`);
}

/** How often each thing was done. */
export function countStrikes(strikes: readonly Strike[]): Map<Disturbance, number> {
  const counts = new Map<Disturbance, number>();
  for (const { what } of strikes) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
}
