import type { FrozenOutcome } from './frozen-scene';
import type { PlayedScene } from './frozen-scenes';
import { DISTURBANCES } from './kill-plan';
import type { SuiteOptions } from './options';
import { replayCommand } from './options';
import type { DeploymentResult, SuiteResult } from './suite';
import { countStrikes } from './suite';
import { NOT_BEGUN } from './strike';

/** Phases in the order in which the table shows them. */
const COLUMNS = [
  NOT_BEGUN,
  'resolving',
  'settling',
  'upgrading',
  'waiting',
  'verifying',
  'confirming',
  'finishing',
  'rolling-back',
  'parked',
  'done',
] as const;

/** Everything that a run showed. */
export interface Run {
  readonly options: SuiteOptions;
  readonly suite: SuiteResult;
  readonly scenes: readonly PlayedScene[];
  readonly seconds: number;
}

/** The figures of a run, as `--json` writes them. */
export interface Figures {
  readonly seed: string;
  readonly deployments: number;
  readonly passed: number;
  readonly seconds: number;
  readonly verdicts: Readonly<Record<string, number>>;
  /** How often each thing was done. */
  readonly strikes: Readonly<Record<string, number>>;
  /** How often a deployment that was under way met it, by what and by the phase that it was in. */
  readonly met: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly metNothing: number;
  readonly upgrades: { readonly accepted: number; readonly rounds: number; readonly deployments: number };
  readonly commands: { readonly started: number; readonly unreached: number };
  readonly frozen: { readonly heartbeatsMissed: number; readonly leaseOver: number; readonly refused422: number };
  readonly workersByClock: Readonly<Record<string, number>>;
  readonly workersEndedByThemselves: readonly string[];
  readonly lateSends: { readonly sent: number; readonly refused422: number; readonly accepted: number };
  readonly scenes: readonly PlayedScene[];
  readonly failures: readonly Pick<DeploymentResult, 'index' | 'kind' | 'wrong' | 'logs'>[];
}

export function figuresOf({ options, suite, scenes, seconds }: Run): Figures {
  const { deployments, stacks } = suite;
  const needed = deployments.filter(({ neededOne, rounds, accepted }) => neededOne && (rounds > 0 || accepted > 0));
  const met: Record<string, Record<string, number>> = {};
  for (const { strike, phase } of deployments.flatMap((one) => one.met)) {
    const row = (met[strike.what] ??= {});
    row[phase] = (row[phase] ?? 0) + 1;
  }
  return {
    ...{ seed: options.seed, deployments: deployments.length, seconds: Math.round(seconds), met, scenes },
    passed: deployments.filter(({ wrong }) => wrong.length === 0).length,
    verdicts: countBy(deployments, ({ verdict }) => verdict ?? 'none'),
    strikes: Object.fromEntries(countStrikes(stacks.flatMap(({ strikes }) => strikes))),
    metNothing: deployments.filter((one) => one.met.every(({ strike }) => strike.what === 'clock')).length,
    upgrades: { accepted: sum(needed, 'accepted'), rounds: sum(needed, 'rounds'), deployments: needed.length },
    commands: { started: sum(deployments, 'commands'), unreached: sum(deployments, 'unreached') },
    frozen: {
      heartbeatsMissed: sum(deployments, 'heartbeatsMissed'),
      leaseOver: sum(deployments, 'heldUp'),
      refused422: stacks.reduce((total, { refused }) => total + refused, 0),
    },
    workersByClock: stacks.reduce<Record<string, number>>((total, { clocks }) => {
      for (const [kind, count] of Object.entries(clocks)) total[kind] = (total[kind] ?? 0) + count;
      return total;
    }, {}),
    workersEndedByThemselves: stacks.flatMap(({ endedByThemselves }) => endedByThemselves),
    lateSends: lateSends(scenes),
    failures: deployments
      .filter(({ wrong }) => wrong.length > 0)
      .map(({ index, kind, wrong, logs }) => ({ index, kind, wrong, logs })),
  };
}

/** The whole report, its last line included, and how many failed. */
export function reportOf(run: Run): { readonly lines: readonly string[]; readonly failed: number } {
  const figures = figuresOf(run);
  const { options, suite, scenes } = run;
  const { upgrades, commands, frozen, lateSends: late } = figures;
  const mean = upgrades.rounds === 0 ? 'none needed' : (upgrades.accepted / upgrades.rounds).toFixed(2);
  const failedDeployments = suite.deployments.filter(({ wrong }) => wrong.length > 0);
  const failedStacks = suite.stacks.filter(({ wrong }) => wrong.length > 0);
  const failedScenes = scenes.filter(({ wrong }) => wrong.length > 0);
  const failed = failedDeployments.length + failedStacks.length + failedScenes.length;
  const passed = suite.deployments.length - failedDeployments.length + scenes.length - failedScenes.length;
  const lines = [
    '',
    `${figures.deployments} deployments in ${figures.seconds} s (${(figures.seconds / Math.max(1, figures.deployments)).toFixed(1)} s each)`,
    `verdicts: ${pairs(figures.verdicts)}`,
    `done to the processes: ${pairs(figures.strikes)}`,
    'met by deployments that were under way, by the phase that they were in:',
    ...table(figures.met),
    `deployments that met no kill and no freeze: ${figures.metNothing}, and ${suite.missed.length} more in whose place others were made`,
    `effective upgrades: ${mean} in each round that was needed (${upgrades.accepted} accepted POSTs, ${upgrades.rounds} rounds, ${upgrades.deployments} deployments)`,
    `commands: ${commands.started} started, ${commands.unreached} of them reached nobody and were called again`,
    `held-up attempts: ${frozen.heartbeatsMissed} given up by Temporal for their heartbeats, ${frozen.leaseOver} gave themselves up (LeaseOver); actions that Rancher refused by 422: ${frozen.refused422}`,
    `workers started, by their clocks: ${pairs(figures.workersByClock)}`,
    ...(figures.workersEndedByThemselves.length === 0
      ? []
      : [
          `workers that ended by themselves, and were started again: ${figures.workersEndedByThemselves.length}`,
          ...figures.workersEndedByThemselves.flatMap((text) => text.split('\n').map((line) => `  ${line}`)),
        ]),
    ...(scenes.length === 0
      ? []
      : [
          'a worker frozen at one place, and woken past its heartbeat:',
          ...scenes.map(sceneLine),
          `late sends: ${late.sent} (refused by 422: ${late.refused422}, accepted: ${late.accepted}); only between the last look at the time and the write is one possible, and nothing in Rancher could fence it off`,
        ]),
    ...failedDeployments.flatMap((one) => failureLines(one, options)),
    ...failedStacks.flatMap(({ number, wrong }) => wrong.map((text) => `FAILED stack ${number}: ${text}`)),
    ...failedScenes.flatMap(({ place, waking, wrong }) =>
      wrong.map((text) => `FAILED scene ${place}, woken ${waking}: ${text}`),
    ),
    `seed: ${options.seed}   (again: ${replayCommand(options)})`,
    `${passed} passed, ${failed} failed`,
  ];
  return { lines, failed };
}

/** A scene in a line. */
export function sceneLine({ place, waking, outcome, wrong }: PlayedScene): string {
  const words = outcome === null ? (wrong[0] ?? 'it broke off') : outcomeText(outcome);
  return `  frozen ${inWords(place)}, woken ${inWords(waking)}: ${words}`;
}

function outcomeText(outcome: FrozenOutcome): string {
  const { frozenMillis, late, accepted, verdict, exitCode, state, lived } = outcome;
  const sent =
    late.length === 0
      ? 'nothing sent'
      : `sent late (${late.map((status) => (status === 0 ? 'broke off before the answer' : String(status))).join(', ')})`;
  return `${sent}; ${accepted} effective upgrade${accepted === 1 ? '' : 's'}, ${verdict} (exit ${String(exitCode)}), left ${state}; frozen for ${(frozenMillis / 1000).toFixed(0)} s${lived ? '' : '; the worker ended by itself'}`;
}

/** What was sent late is accepted where Rancher answered 202, or where there are more upgrades than the deployment's own one. */
function lateSends(scenes: readonly PlayedScene[]): Figures['lateSends'] {
  const outcomes = scenes.flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
  const sent = outcomes.flatMap(({ late }) => late);
  const accepted = outcomes.reduce(
    (total, { late, accepted: upgrades }) => total + (late.includes(202) || (late.includes(0) && upgrades > 1) ? 1 : 0),
    0,
  );
  return { sent: sent.length, refused422: sent.filter((status) => status === 422).length, accepted };
}

function failureLines({ index, kind, wrong, met, logs, stack }: DeploymentResult, options: SuiteOptions): string[] {
  return [
    `FAILED deployment ${index} (${kind}, stack ${stack})`,
    ...wrong.map((text) => `  ${text}`),
    ...met.map(
      ({ strike, phase }) =>
        `  met in ${phase}: ${strike.what} at ${new Date(strike.at).toISOString()} (${strike.detail}; planned for ${strike.planOf})`,
    ),
    `  again: ${replayCommand(options, index)}`,
    `  logs: ${logs ?? 'none'}`,
  ];
}

function table(met: Figures['met']): string[] {
  const rows = DISTURBANCES.filter((what) => met[what] !== undefined);
  const columns = COLUMNS.filter((phase) => rows.some((what) => (met[what]?.[phase] ?? 0) > 0));
  const head = `  ${''.padEnd(9)}${columns.map((phase) => phase.padStart(phase.length + 2)).join('')}`;
  const cells = (what: string): string =>
    columns.map((phase) => String(met[what]?.[phase] ?? 0).padStart(phase.length + 2)).join('');
  return [head, ...rows.map((what) => `  ${what.padEnd(9)}${cells(what)}`)];
}

function inWords(name: string): string {
  return name.replaceAll('-', ' ');
}

function pairs(counts: Readonly<Record<string, number>>): string {
  return (
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  );
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

function sum<K extends string>(items: readonly Readonly<Record<K, number>>[], key: K): number {
  return items.reduce((total, item) => total + item[key], 0);
}
