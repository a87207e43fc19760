import { calledConfig } from './proof';
import { versionIn } from './round';
import type { ConfigVersion, InstanceTally } from './service-snapshot';

/** The containers of a service as they were read last. */
export interface SeenContainers {
  readonly instances: readonly InstanceTally[];
  /** Containers that each configuration is asked to run; null where that is not known. */
  readonly expected: number | null;
  /** The versions of our upgrade, one for each configuration that it changed; empty while there is none. */
  readonly upgraded: readonly ConfigVersion[];
}

/**
 * How many containers of each configuration run, the new ones apart from the old ones: `primary, new: 1 of 2 run, 1 not healthy`.
 *
 * @param isReplacing new ones are waited for: told also where there is none yet
 */
export function tallyLines({ instances, expected, upgraded }: SeenContainers, isReplacing: boolean): string[] {
  const of = expected ?? '?';
  const isThere = ({ config, version }: ConfigVersion): boolean =>
    instances.some((tally) => tally.config === config && tally.version === version);
  const missing = isReplacing && instances.length > 0 ? upgraded.filter((target) => !isThere(target)) : [];
  return [
    ...instances.map((tally) => {
      const { running, moving, failed } = tally;
      const more = `${also(unhealthyOf(tally), 'not healthy')}${also(moving, 'moving')}${also(failed, 'failed')}`;
      return `${calledConfig(tally.config)}${ageOf(tally, upgraded)}: ${running} of ${of} run${more}`;
    }),
    ...missing.map(({ config }) => `${calledConfig(config)}, new: 0 of ${of} run`),
  ];
}

/** All new containers in a few words: `2 of 2 new ones run, 1 not healthy`; null where none runs. */
export function newOnesText({ instances, expected, upgraded }: SeenContainers): string | null {
  const ours = instances.filter(({ config, version }) => versionIn(upgraded, config) === version);
  const running = ours.reduce((total, tally) => total + tally.running + tally.completed, 0);
  if (running === 0) return null;
  const unhealthy = ours.reduce((total, tally) => total + unhealthyOf(tally), 0);
  return `${running} of ${(expected ?? 0) * Math.max(1, upgraded.length)} new ones run${also(unhealthy, 'not healthy')}`;
}

/** Whether containers are those of our upgrade or those from before it; nothing where there is no upgrade to tell them apart. */
function ageOf({ config, version }: InstanceTally, upgraded: readonly ConfigVersion[]): string {
  const ours = versionIn(upgraded, config);
  return ours === undefined ? '' : version === ours ? ', new' : ', old';
}

const unhealthyOf = ({ running, healthy }: InstanceTally): number => Math.max(0, running - healthy);

const also = (count: number, what: string): string => (count === 0 ? '' : `, ${count} ${what}`);

/** How far an upgrade is, for the logbook. */
export function newContainersRun(running: number): string {
  return `${running} new ${running === 1 ? 'container runs' : 'containers run'}`;
}
