import type { Progress } from '../../workflows/contract';

/** How far the containers are, in a few words: `2/3 new healthy, 1 failed`; empty where nothing is known yet. */
export function tallyText({ instances, expected, round }: Pick<Progress, 'instances' | 'expected' | 'round'>): string {
  if (instances.length === 0 || expected === null || round === 0) return '';
  const sum = (key: 'running' | 'healthy' | 'failed' | 'moving'): number =>
    instances.reduce((total, tally) => total + tally[key], 0);
  const [running, healthy, failed, moving] = [sum('running'), sum('healthy'), sum('failed'), sum('moving')];
  return [
    `${String(running)} running`,
    ...(healthy === running ? [] : [`${String(healthy)} healthy`]),
    ...(moving === 0 ? [] : [`${String(moving)} moving`]),
    ...(failed === 0 ? [] : [`${String(failed)} failed`]),
  ].join(', ');
}
