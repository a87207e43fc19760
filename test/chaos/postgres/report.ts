import type { KillRecord } from './killer';
import type { SuiteReport } from './suite';

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;

/** What was killed and when, and what it met. */
export function killLines({ what, at, died, backAt, inFlight, beingAsked }: KillRecord): string[] {
  const phases = Object.entries(inFlight).map(([phase, services]) => `${phase}: ${services.join(' ')}`);
  const asked = beingAsked.length === 0 ? [] : [`being asked for: ${beingAsked.join(' ')}`];
  return [
    `${seconds(at).padStart(8)}  kill -9 ${what}: ${died}; served again at ${seconds(backAt)} (after ${seconds(backAt - at)})`,
    `          in flight: ${[...phases, ...asked].join('; ')}`,
  ];
}

/** So many deployments passed and failed; something wrong that is no deployment's counts as one more. */
export function tally({ deployments, lost, wrong, missedKills }: SuiteReport): { passed: number; failed: number } {
  const bad = deployments.filter((one) => one.wrong.length > 0).length;
  const besides = lost.length + wrong.length + missedKills;
  return { passed: deployments.length - bad, failed: bad + (besides > 0 ? 1 : 0) };
}

/** Everything that a run found out, for a person. */
export function reportLines(report: SuiteReport): string[] {
  const { deployments, kept, lost, kills, missedKills, recoveryLines, wrong } = report;
  const times = deployments.map(({ millis }) => millis).sort((a, b) => a - b);
  const at = (share: number): string =>
    seconds(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  const asked = deployments.flatMap(({ exitCodes }) => exitCodes);
  const upgrades = deployments.reduce((sum, one) => sum + one.upgrades, 0);
  const failed = deployments.filter((one) => one.wrong.length > 0);
  return [
    '',
    "PostgreSQL's log on its recoveries:",
    ...recoveryLines.map((line) => `  ${line}`),
    '',
    'acknowledged deployments, looked up by id after all kills:',
    ...kept.map(
      (one) => `  ${one.deploymentId}  ${one.service}  run ${one.runId}  ${one.status}, ${one.history.length} events`,
    ),
    '',
    `kills:        ${kills.length} (${counted(kills.map(({ what }) => what))})`,
    `in flight:    ${kills.map(({ inFlight }) => Object.values(inFlight).flat().length).join(', ')} deployments at the kills, in phases ${counted(kills.flatMap(({ inFlight }) => Object.entries(inFlight).flatMap(([phase, all]) => all.map(() => phase))))}`,
    `nothing lost: ${kept.length} of ${deployments.length} acknowledged deployments are there; ${report.eventsHeld} history events seen before a kill were compared after it, ${lost.length} losses`,
    `verdicts:     ${counted(deployments.map(({ verdict }) => verdict))}`,
    `kinds:        ${counted(deployments.map(({ kind }) => kind))}`,
    `upgrades:     ${upgrades} accepted by Rancher`,
    `commands:     ${asked.length} (exit codes ${counted(asked.map(String))})`,
    ...faultLines(report.faults),
    `duration:     ${seconds(report.millis)}; a deployment: median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)}`,
    ...[...wrong, ...lost, ...(missedKills > 0 ? [`${missedKills} kills met no deployment`] : [])].map(
      (text) => `WRONG: ${text}`,
    ),
    ...failed.flatMap((one) => one.wrong.map((text) => `WRONG: ${one.service} (${one.kind}): ${text}`)),
  ];
}

function faultLines({ requests, reads, actions, refusalWindows, cutStreams }: SuiteReport['faults']): string[] {
  const kinds = [...new Set([...Object.keys(reads), ...Object.keys(actions)])].sort();
  const each = kinds.map((kind) => `${(reads[kind] ?? 0) + (actions[kind] ?? 0)} ${kind}`);
  const sum = [...Object.values(reads), ...Object.values(actions)].reduce((all, one) => all + one, 0);
  return [
    `requests:     ${requests} to Rancher, ${sum} met a fault (${each.join(', ') || 'none'}); connections refused ${refusalWindows} times, ${cutStreams} event streams cut`,
  ];
}

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || 'none';
}
