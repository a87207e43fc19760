import type { ReleaseOptions } from './options';
import { replayCommand } from './options';
import type { CaseResult } from './suite';
import { countBy } from './suite';

/** The whole report, its last line included, and how many failed. */
export function reportOf(
  options: ReleaseOptions,
  results: readonly CaseResult[],
  seconds: number,
): { readonly lines: readonly string[]; readonly failed: number } {
  const failures = results.filter(({ wrong }) => wrong.length > 0);
  const strikes = countBy(
    results.flatMap((one) => one.strikes),
    ({ what }) => what,
  );
  const actions: Record<string, number> = {};
  for (const [name, count] of results.flatMap((one) => Object.entries(one.actions)))
    actions[name] = (actions[name] ?? 0) + count;
  const lines = [
    '',
    ...results.toSorted((one, other) => one.index - other.index).map(lineOf),
    '',
    `cases            ${results.length} in ${seconds.toFixed(0)} s, each on a stack of its own`,
    `killed with -9   worker ${strikes['worker'] ?? 0}, Temporal ${strikes['temporal'] ?? 0}`,
    `ended by hand    lane ${strikes['lane'] ?? 0}, deployment ${strikes['deployment'] ?? 0}`,
    `Rancher took     ${pairs(actions)}`,
    ...failures.flatMap(({ index, kind, wrong, logs }) => [
      `FAILED case ${index} (${kind})`,
      ...wrong.map((text) => `  ${text}`),
      `  again: ${replayCommand(options, index)}`,
      `  logs: ${logs ?? 'none'}`,
    ]),
    `seed ${options.seed}`,
    `${results.length - failures.length} passed, ${failures.length} failed`,
  ];
  return { lines, failed: failures.length };
}

/** One case in a line. */
export function lineOf({ index, kind, verdict, notes, strikes, wrong, seconds }: CaseResult): string {
  const struck = strikes.length === 0 ? '' : `; ${pairs(countBy(strikes, ({ what }) => what))}`;
  const noted = notes.length === 0 ? '' : `; ${notes.join('; ')}`;
  return `  ${String(index).padStart(3)}  ${kind.padEnd(32)} ${wrong.length > 0 ? 'FAILED ' : ''}${verdict}${noted}${struck} (${seconds.toFixed(0)} s)`;
}

function pairs(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return all.length === 0 ? 'nothing' : all.join(', ');
}
