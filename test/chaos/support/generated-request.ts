import type { UpgradeInput } from '../../../client/input/upgrade-input';
import type { PolicyOverrides } from '../../../decision/request';
import type { Verdict } from '../../../decision/verdict';
import type { Behaviour } from '../../../simulator/world-seed';
import type { ScriptStep } from './deployment-case';
import type { GeneratedService } from './generated-service';
import { imageOf } from './generated-service';
import { REFERENCES } from './planted-secrets';
import type { SeededRandom } from './random';

/** What is asked of a generated service, and what must come of it. */
export interface GeneratedRequest {
  readonly kind: string;
  readonly input: Omit<UpgradeInput, 'environment' | 'stack' | 'service' | 'requestId'>;
  readonly behaviours: readonly Behaviour[];
  readonly script: readonly ScriptStep[];
  readonly expected: readonly Verdict[];
  readonly effectiveUpgrades: number;
  readonly restingStates: readonly string[];
  readonly isGood: boolean;
}

type Plan =
  | 'good'
  | 'slow'
  | 'crashes'
  | 'never-healthy'
  | 'start-fails'
  | 'unchanged'
  | 'redeploy'
  | 'hold-confirm'
  | 'hold-rollback'
  | 'hold-cancel'
  | 'soak'
  | 'cancel'
  | 'retry'
  | 'abort';

/**
 * Decides from what the words mean, not from what the product does: what the verdict has to be, whatever faults there are. How long a
 * bad image's upgrade is given is the policy's stall limit.
 */
export function generateRequest(random: SeededRandom, service: GeneratedService): GeneratedRequest {
  const { name } = service.seed;
  if (service.type === 'dnsService' || service.type === 'externalService') return withoutContainers(name);
  const plan = choosePlan(random.fork('plan'), service);
  const input = inputOf(random.fork('input'), service, plan);
  const script = scriptOf(random.fork('script'), plan);
  const isGood = !['crashes', 'never-healthy', 'start-fails'].includes(plan);
  const isPending = !['active', 'inactive'].includes(service.start);
  const steps = script.some(({ say }) => say === 'cancel' || say === 'rollback');
  const before = service.start === 'inactive' ? 'inactive' : 'active';
  return {
    kind: isPending || service.start === 'inactive' ? `${service.start}, ${plan}` : plan,
    input,
    behaviours: behavioursOf(random.fork('behaviour'), service, plan, input),
    script,
    expected: expectedOf(plan),
    effectiveUpgrades: upgradesOf(plan, service),
    restingStates: [
      ...new Set([
        ...(plan === 'abort'
          ? service.start === 'canceled-upgrade'
            ? ['canceled-upgrade']
            : ['upgraded']
          : ['active']),
        ...(isGood && !steps ? [] : [before]),
        // Somebody who cancels before anything of ours was posted leaves what somebody else had left.
        ...(steps && isPending ? [service.start === 'canceled-upgrade' ? 'canceled-upgrade' : 'upgraded'] : []),
      ]),
    ],
    isGood,
  };
}

/** They have no image that could change: asked for one, it is refused as invalid, and nothing is touched. */
function withoutContainers(name: string): GeneratedRequest {
  return {
    kind: 'no containers',
    input: { image: imageOf(name, '', 2) },
    behaviours: [],
    script: [],
    expected: ['invalid'],
    effectiveUpgrades: 0,
    restingStates: ['active'],
    isGood: true,
  };
}

function choosePlan(random: SeededRandom, { start, hasHealthCheck }: GeneratedService): Plan {
  switch (start) {
    case 'active':
      return random.weighted<Plan>([
        [46, 'good'],
        [8, 'slow'],
        [3, 'crashes'],
        [3, hasHealthCheck ? 'never-healthy' : 'start-fails'],
        [2, 'start-fails'],
        [4, 'unchanged'],
        [4, 'redeploy'],
        [5, 'hold-confirm'],
        [2, 'hold-rollback'],
        [2, 'hold-cancel'],
        [4, 'soak'],
        [12, 'cancel'],
        [2, 'retry'],
      ]);
    case 'inactive':
      return random.weighted<Plan>([
        [6, 'good'],
        [1, 'start-fails'],
        [2, 'cancel'],
        [1, 'hold-rollback'],
      ]);
    case 'upgraded':
    case 'canceled-upgrade':
    case 'upgrading':
      return random.weighted<Plan>([
        [6, 'good'],
        [1, 'start-fails'],
        [1, 'cancel'],
        [1, 'abort'],
      ]);
    case 'upgraded-to-ours':
      return 'good';
    default:
      throw new TypeError(`unknown start ${String(start satisfies never)}`);
  }
}

function inputOf(
  random: SeededRandom,
  service: GeneratedService,
  plan: Plan,
): Omit<UpgradeInput, 'environment' | 'stack' | 'service' | 'requestId'> {
  const { name } = service.seed;
  const { sidekicks, start, type } = service;
  const image = imageOf(name, '', plan === 'unchanged' || plan === 'redeploy' ? 1 : 2);
  const overrides = overridesOf(random.fork('overrides'), service, plan);
  // An upgrade of somebody else's is only adopted when it goes to all that is asked.
  const isPlain = plan === 'unchanged' || start === 'upgraded-to-ours';
  const changes = isPlain ? [] : sidekicks.filter(() => random.chance(0.5));
  // Of a load balancer Rancher wants the primary, whatever else changes.
  const sidekicksOnly =
    changes.length > 0 && plan !== 'never-healthy' && type === 'service' && start === 'active' && random.chance(0.25);
  const merges = !isPlain && !sidekicksOnly;
  const variables = Object.fromEntries(
    REFERENCES.filter(() => merges && random.chance(0.15)).map((reference) => [
      `MERGED_${reference.replaceAll('-', '_').toUpperCase()}`,
      reference,
    ]),
  );
  return {
    ...(sidekicksOnly ? {} : { image }),
    ...(changes.length === 0
      ? {}
      : { sidekicks: Object.fromEntries(changes.map((sidekick) => [sidekick, imageOf(name, sidekick, 2)])) }),
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    ...(merges && random.chance(0.2) ? { labels: { tier: random.pick(['one', 'zwei', 'три']), team: 'new' } } : {}),
    ...(plan === 'redeploy' ? { redeploy: true } : {}),
    ...(plan.startsWith('hold-') ? { hold: true } : {}),
    overrides,
    author: { by: 'a generated request' },
  };
}

function overridesOf(random: SeededRandom, { start }: GeneratedService, plan: Plan): PolicyOverrides {
  const batchSize = random.int(1, 4);
  return {
    batchSize,
    // Containers that end at once are made anew with each batch: not too often.
    batchIntervalMillis: plan === 'crashes' ? 30_000 : random.pick([100, 500, 2_000, 5_000]),
    startFirst: random.chance(0.3),
    ...(plan === 'soak' ? { soakMillis: random.int(500, 2_500) } : {}),
    ...(plan === 'abort'
      ? { onPending: 'abort' as const }
      : start === 'upgraded' || start === 'canceled-upgrade' || start === 'upgrading'
        ? { onPending: random.pick(['rollback', 'rollback', 'finish'] as const) }
        : {}),
  };
}

function scriptOf(random: SeededRandom, plan: Plan): ScriptStep[] {
  switch (plan) {
    case 'hold-confirm':
      return [{ at: 'confirming', say: 'confirm' }];
    case 'hold-rollback':
      return [{ at: 'confirming', say: 'rollback' }];
    case 'hold-cancel':
      return [{ at: 'confirming', say: 'cancel' }];
    case 'retry':
      return [{ at: 'waiting', say: 'retry' }];
    case 'cancel':
      return [
        { at: random.pick(['resolving', 'upgrading', 'waiting', 'waiting', 'verifying', 'finishing']), say: 'cancel' },
      ];
    default:
      return [];
  }
}

function expectedOf(plan: Plan): Verdict[] {
  switch (plan) {
    case 'crashes':
    case 'never-healthy':
    case 'start-fails':
    case 'hold-rollback':
      return ['rolled-back'];
    case 'hold-cancel':
      return ['cancelled'];
    case 'cancel':
      return ['cancelled', 'succeeded'];
    case 'unchanged':
      return ['unchanged'];
    case 'abort':
      return ['refused'];
    case 'good':
    case 'slow':
    case 'redeploy':
    case 'hold-confirm':
    case 'soak':
    case 'retry':
      return ['succeeded'];
    default:
      throw new TypeError(`unknown plan ${String(plan satisfies never)}`);
  }
}

/** A `retry` that finds the upgrade waiting rolls it back and posts another one. */
function upgradesOf(plan: Plan, { start }: GeneratedService): number {
  if (plan === 'unchanged' || plan === 'abort' || start === 'upgraded-to-ours') return 0;
  return plan === 'retry' ? 2 : 1;
}

function behavioursOf(
  random: SeededRandom,
  service: GeneratedService,
  plan: Plan,
  input: Pick<UpgradeInput, 'image' | 'sidekicks'>,
): Behaviour[] {
  const images = [...(input.image === undefined ? [] : [input.image]), ...Object.values(input.sidekicks ?? {})];
  const image = plan === 'never-healthy' ? imageOf(service.seed.name, '', 2) : random.pick(images);
  switch (plan) {
    case 'crashes':
      return [{ image, crashesAfterMillis: 100 }];
    case 'never-healthy':
      return [{ image, neverHealthy: true }];
    case 'start-fails':
      return [{ image, startFails: true }];
    case 'slow':
    case 'cancel':
    case 'retry':
      return [
        {
          image,
          pullMillis: random.int(10_000, 50_000),
          ...(service.hasHealthCheck ? { healthyAfterMillis: random.int(2_000, 20_000) } : {}),
        },
      ];
    default:
      return [];
  }
}
