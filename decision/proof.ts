import { versionIn } from './round';
import type { ConfigSnapshot, ConfigVersion, InstanceTally, ServiceSnapshot } from './service-snapshot';
import { PRIMARY, versionsOf } from './service-snapshot';

/**
 * Whether the containers run what they should.
 * - `proven`: each configuration has its version, and as many containers of it run (and are healthy) as are asked for.
 * - `not-yet`: that may still come.
 * - `failed`: it will not come by itself.
 * - `unprovable`: a start-once container ended and Rancher does not show how; a person has to judge.
 */
export type ProofStatus = 'proven' | 'not-yet' | 'failed' | 'unprovable';

export interface Proof {
  readonly status: ProofStatus;
  /** What is missing, in words; empty when proven. */
  readonly reasons: readonly string[];
}

/**
 * Where the proof is asked for:
 * - `upgraded`: old containers must have been stopped, and ended new ones are not restarted by Rancher;
 * - `active`: after a finish or a rollback, when Rancher is still tidying up and re-creates what ends.
 */
export type ProofPlace = 'upgraded' | 'active';

const ORDER = ['proven', 'unprovable', 'not-yet', 'failed'] as const satisfies readonly ProofStatus[];

/**
 * Proves by version what runs. Read it against the rule: every container (label `io.rancher.service.launch.config`) has its
 * configuration's version, as many as the scale, as it is now, asks.
 *
 * @param untouched configurations that the upgrade left alone: an ended container there is Rancher's to restart, no failure of ours
 */
export function proofOf(
  service: ServiceSnapshot,
  versions: readonly ConfigVersion[],
  place: ProofPlace,
  untouched: readonly string[] = [],
): Proof {
  if (service.instances === null) return { status: 'not-yet', reasons: ['its containers have not been read'] };
  const findings = service.configs.map((config) =>
    judge(config, versionIn(versions, config.name), service, place, untouched.includes(config.name)),
  );
  const status = ORDER[Math.max(0, ...findings.map((finding) => ORDER.indexOf(finding.status)))] ?? 'proven';
  const reasons = findings.filter((finding) => finding.status === status).flatMap((finding) => finding.reasons);
  return { status, reasons };
}

/**
 * What runs of a service in a steady state: each configuration in the version that it has now.
 *
 * @param asked the configurations that somebody asks about: what others ran once, and how it ended, is not in question
 */
export function runsWhatItSays(service: ServiceSnapshot, asked: readonly string[]): Proof {
  const others = service.configs.map(({ name }) => name).filter((name) => !asked.includes(name));
  return proofOf(service, versionsOf(service), 'active', others);
}

/** `primary` or a sidekick's name: how people call a configuration. */
export function calledConfig(name: string): string {
  return name === PRIMARY ? 'primary' : name;
}

function judge(
  config: ConfigSnapshot,
  version: string | undefined,
  service: ServiceSnapshot,
  place: ProofPlace,
  untouched: boolean,
): Proof {
  const called = calledConfig(config.name);
  if (version === undefined || config.version !== version)
    return { status: 'failed', reasons: [`${called} has another version than expected`] };
  const tallies = (service.instances ?? []).filter((tally) => tally.config === config.name);
  const target = tallies.find((tally) => tally.version === version) ?? none(config.name, version);
  const others = tallies.filter((tally) => tally.version !== version);
  const ended = place === 'upgraded' && !untouched ? 'failed' : 'not-yet';

  const oldRunning = sum(others, 'running');
  if (oldRunning > 0)
    return {
      status: place === 'upgraded' ? 'failed' : 'not-yet',
      reasons: [`${called}: ${oldRunning} of the other version still run`],
    };
  if (sum(others, 'moving') > 0)
    return { status: 'not-yet', reasons: [`${called}: containers of the other version are still moving`] };
  if (target.failed > 0) return { status: ended, reasons: [`${called}: ${target.failed} failed`] };

  if (config.startOnce) {
    if (target.running + target.completed >= service.expected) return proven;
    if (target.running + target.completed + target.stopped < service.expected)
      return { status: 'not-yet', reasons: [counted(called, target, service.expected)] };
    return untouched
      ? proven
      : {
          status: 'unprovable',
          reasons: [`${called}: ${target.stopped} start-once ended, and Rancher does not show with which exit code`],
        };
  }
  if (target.running < service.expected)
    return { status: target.stopped > 0 ? ended : 'not-yet', reasons: [counted(called, target, service.expected)] };
  if (config.hasHealthCheck && target.healthy < service.expected)
    return { status: 'not-yet', reasons: [`${called}: ${target.healthy} of ${service.expected} are healthy`] };
  return proven;
}

const proven: Proof = { status: 'proven', reasons: [] };

const none = (config: string, version: string): InstanceTally => ({
  config,
  version,
  running: 0,
  healthy: 0,
  stopped: 0,
  completed: 0,
  failed: 0,
  restarts: 0,
  moving: 0,
});

const sum = (tallies: readonly InstanceTally[], field: 'running' | 'moving'): number =>
  tallies.reduce((total, tally) => total + tally[field], 0);

function counted(called: string, tally: InstanceTally, expected: number): string {
  const ended = tally.stopped > 0 ? `, ${tally.stopped} ended` : '';
  return `${called}: ${tally.running} of ${expected} run${ended}`;
}

/** New containers that were started again more often than the policy bears: null where they were not. */
export function tooManyRestarts(
  service: ServiceSnapshot,
  versions: readonly ConfigVersion[],
  maxRestarts: number,
  untouched: readonly string[],
): string | null {
  const touched = (service.instances ?? []).filter(
    ({ config, version }) => !untouched.includes(config) && versionIn(versions, config) === version,
  );
  const restarts = touched.reduce((total, tally) => total + tally.restarts, 0);
  if (restarts <= maxRestarts) return null;
  return `the new containers were started again ${restarts === 1 ? 'once' : `${restarts} times`}, ${maxRestarts} ${maxRestarts === 1 ? 'is' : 'are'} borne`;
}
