import type { Behaviour, JsonObject, ProjectSeed, ServiceSeed } from '../../../simulator/world-seed';
import type { BuiltRelease } from '../../../client/release/build-release';
import { buildRelease } from '../../../client/release/build-release';
import { RELEASE_DEFAULTS } from '../../../decision/release';
import type { CasePlan, Failure, PlannedService } from './case-plan';
import { SEVENTH } from './case-plan';
import { MAIN, OTHER, STACK } from './release-stack';

type Releasing = Exclude<CasePlan, { kind: 'lane' }>;

/** How long pulling takes where a release has to wait, unscaled milliseconds: five seconds in all. */
const SLOW_PULL_MILLIS = 100_000;
const HEALTH_CHECK: JsonObject = {
  ...{ port: 80, interval: 2_000, healthyThreshold: 2, unhealthyThreshold: 3, initializingTimeout: 60_000 },
};
const CRASHES = { soakMillis: 4_000 } as const;

/** Who steps in before it is decided: the last service keeps the release waiting for so long. */
const WAITED_FOR: readonly Failure[] = ['moved-rollback', 'moved-finish', 'moved-upgrade', 'moved-delete', 'cancelled'];

export const failureOf = (plan: Releasing): Failure | null => (plan.kind === 'fails' ? plan.failure : null);

/** The environment of a service: one whose key is taken away has one of its own. */
export function environmentOf(plan: Releasing, at: number): typeof MAIN | typeof OTHER {
  return failureOf(plan) === 'parks' && at === SEVENTH ? OTHER : MAIN;
}

export function imageOf(service: string, tag: number): string {
  return `example/${service}:${tag}`;
}

/** What Rancher has before the release. */
export function projectsOf(plan: Releasing): ProjectSeed[] {
  const failure = failureOf(plan);
  const seed = ({ name, scale }: PlannedService, at: number): ServiceSeed => ({
    ...{ name, scale },
    launchConfig: {
      imageUuid: `docker:${imageOf(name, 1)}`,
      ...(failure === 'never-healthy' && at === SEVENTH ? { healthCheck: HEALTH_CHECK } : {}),
    },
  });
  return [MAIN, OTHER].flatMap((environment): ProjectSeed[] => {
    const services = plan.services.flatMap((one, at) =>
      environmentOf(plan, at) === environment ? [seed(one, at)] : [],
    );
    return services.length === 0 ? [] : [{ name: environment.project, stacks: [{ name: STACK, services }] }];
  });
}

/** How the new images behave. */
export function behavioursOf(plan: Releasing): Behaviour[] {
  const failure = failureOf(plan);
  const seventh = plan.services[SEVENTH]?.name ?? '';
  const last = plan.services.at(-1)?.name ?? '';
  const image = imageOf(seventh, 2);
  const slow = { image: imageOf(last, 2), pullMillis: SLOW_PULL_MILLIS };
  const isWaitedFor = plan.kind === 'by-hand' || (failure !== null && WAITED_FOR.includes(failure));
  const own: Partial<Record<Failure, Behaviour>> = {
    'never-starts': { image, startFails: true },
    'never-healthy': { image, neverHealthy: true },
    crashes: { image, crashesAfterMillis: 20_000 + Math.round(40_000 * plan.progress) },
    unschedulable: { image, unschedulable: true },
    parks: { image, pullMillis: SLOW_PULL_MILLIS },
  };
  const behaviour = failure === null ? undefined : own[failure];
  return [...(behaviour === undefined ? [] : [behaviour]), ...(isWaitedFor ? [slow] : [])];
}

/** The release as somebody asks for it. */
export function builtRelease(plan: Releasing): BuiltRelease {
  const keyOf = (name: string): string => {
    const at = plan.services.findIndex((one) => one.name === name);
    return `${environmentOf(plan, at).alias}/${STACK}/${name}`;
  };
  const services = plan.services.map(({ name, dependsOn, scale }, at) => ({
    ...{ environment: environmentOf(plan, at).alias, stack: STACK, service: name, image: imageOf(name, 2) },
    dependsOn: dependsOn.map(keyOf),
    overrides: {
      ...{ batchSize: scale, batchIntervalMillis: 100 },
      ...(failureOf(plan) === 'crashes' && at === SEVENTH ? CRASHES : {}),
    },
  }));
  const options = { requestId: `release/${plan.index}`, author: { by: 'a suite' } };
  const input = { ...RELEASE_DEFAULTS, parallelism: plan.parallelism, services };
  return buildRelease(input, options, {}, new Date());
}
