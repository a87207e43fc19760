import type { BreakName } from './breaks';
import { brokenSetting, BREAKS } from './breaks';
import type { Tally } from './checks';
import { CHECKS, newTally } from './checks';
import type { Explored } from './explore-setting';
import { exploreSetting } from './explore-setting';
import type { Options } from './options';
import type { Setting } from './setting';
import { nameOf } from './setting';
import { plain, settingsOf } from './settings';
import { traceOf } from './trace';

/** Explores everything that was asked for, and tells it. @returns the exit code: 1 with a counter-example */
export function run(options: Options, say: (text: string) => void): 0 | 1 {
  const settings =
    options.broken === null ? settingsOf(options.bounds, options.starts) : toBreak(options.broken, options);
  say(boundsText(options));
  const tally = newTally();
  const sum = { states: 0, transitions: 0, depth: 0, cut: 0 };
  const ended: Record<string, number> = {};
  let explored = 0;
  for (const setting of settings) {
    const found = exploreSetting(setting, options.depth, tally);
    say(lineOf(setting, found));
    if (found.counterExample !== null) {
      say(`\nA counter-example (${nameOf(setting)}):\n\n${traceOf(found.counterExample)}\n`);
      say(`${explored} passed, 1 failed`);
      return 1;
    }
    explored += 1;
    sum.states += found.states;
    sum.transitions += found.transitions;
    sum.depth = Math.max(sum.depth, found.depth);
    sum.cut += found.isComplete ? 0 : 1;
    for (const [verdict, count] of Object.entries(found.ended)) ended[verdict] = (ended[verdict] ?? 0) + count;
  }
  say(summaryOf(settings, sum, ended, tally));
  say(`${explored} passed, 0 failed`);
  return 0;
}

/** Where the wrong decision shows: one start state, or those that were asked for. */
function toBreak(name: BreakName, { bounds, starts }: Options): Setting[] {
  const [first] = starts;
  const from = starts.length === 1 && first !== undefined ? first : 'active';
  return [brokenSetting(name, plain(from, bounds))];
}

function boundsText({ bounds, depth, broken }: Options): string {
  const most = Math.max(bounds.foreign, bounds.people);
  const lines = [
    'Every order of: what Drover does next, what Rancher does next, replies that are lost, requests that never arrive or arrive late,',
    'workers that die before and after they send, outages, keys that are refused, timers that expire, and what people and others do.',
    `Bounds: ${bounds.foreign} moves of others and ${bounds.people} of people at most, ${most} together (1 with other policies and in most variants);`,
    `        2 containers and their sidekicks (3 after a change of the scale), batches of 1, 2 rounds; ${depth === Infinity ? 'no bound of depth' : `${depth} steps`}.`,
  ];
  if (broken !== null) lines.push(`Broken on purpose: ${broken} (${BREAKS[broken].what}).`);
  return `${lines.join('\n')}\n`;
}

function lineOf(setting: Setting, { states, transitions, depth, isComplete, counterExample }: Explored): string {
  const end = counterExample !== null ? 'COUNTER-EXAMPLE' : isComplete ? 'all' : 'cut off by --depth';
  return `  ${nameOf(setting).padEnd(66)} ${counted(states, 'states')} ${counted(transitions, 'transitions')}  depth ${String(depth).padStart(2)}  ${end}`;
}

function counted(count: number, what: string): string {
  return `${String(count).padStart(8)} ${what}`;
}

function summaryOf(
  settings: readonly Setting[],
  { states, transitions, depth, cut }: { states: number; transitions: number; depth: number; cut: number },
  ended: Readonly<Record<string, number>>,
  tally: Tally,
): string {
  const starts = new Set(settings.map(({ start }) => start)).size;
  const verdicts = Object.entries(ended).sort(([one], [other]) => one.localeCompare(other));
  const checks = Object.entries(CHECKS).map(
    ([name, what]) => `  ${name.padEnd(16)} ${String(tally[name as keyof Tally]).padStart(9)} times   ${what}`,
  );
  const cpu = process.cpuUsage();
  return [
    '',
    `${starts} start states, ${settings.length} settings: ${states} states, ${transitions} transitions, at most ${depth} steps deep.`,
    `Verdicts reached (worlds in which a deployment can end): ${verdicts.map(([name, count]) => `${name} ${count}`).join(', ')}.`,
    'Checked, each wherever it could be broken:',
    ...checks,
    cut === 0
      ? '  liveness         from every state: once faults, people and others stop, a verdict is reached, or it is parked and waits for a person'
      : `  liveness         not checked where --depth cut the exploration off (${cut} settings)`,
    `Time: ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of one core; memory ${Math.round(process.memoryUsage().rss / 1e6)} MB.`,
    'No counter-example.',
  ].join('\n');
}
