import type { UpgradeInput } from '../../../client/input/upgrade-input';
import type { Phase } from '../../../decision/phase';
import type { Verdict } from '../../../decision/verdict';
import type { Behaviour, ServiceSeed, WorldSeed } from '../../../simulator/world-seed';
import type { InterventionName } from '../../../workflows/contract';
import type { Canary } from '../../e2e/canaries';
import { generateRequest } from './generated-request';
import { generateService } from './generated-service';
import { commonCanaries, keyOf } from './planted-secrets';
import { SeededRandom } from './random';

/** The one environment of Rancher that generated services are in. */
export const PROJECT = 'Chaos';

/** What a person does meanwhile. */
export interface ScriptStep {
  /** Said as soon as the deployment is seen in this phase or in a later one. */
  readonly at: Phase;
  readonly say: InterventionName;
}

/** One deployment of a generated service: what there is, what is asked, what people do, and what must come of it. */
export interface DeploymentCase {
  readonly index: number;
  /** The run's seed; with the index it decides everything here. */
  readonly seed: string;
  /** Unique within a run, as is the service's name. */
  readonly stack: string;
  readonly service: string;
  /** In a word, for the figures: `good`, `crashes`, `cancel`, … */
  readonly kind: string;
  readonly serviceSeed: ServiceSeed;
  readonly behaviours: readonly Behaviour[];
  readonly input: Omit<UpgradeInput, 'environment'>;
  readonly script: readonly ScriptStep[];
  /** The same request is sent a second time. */
  readonly askedTwice: boolean;
  /**
   * The verdicts that are right. Where a person cancels or rolls back, the first is what follows when they are taken at their word, the
   * second when they came too late; in all other cases there is one, whatever faults there are.
   */
  readonly expected: readonly Verdict[];
  /** Upgrades of ours that Rancher accepts when nobody steps in; somebody who cancels may come before the first. */
  readonly effectiveUpgrades: number;
  /** States in which the service may be left. */
  readonly restingStates: readonly string[];
  /** Nothing is wrong with the images that are asked for. */
  readonly isGood: boolean;
  /** The values of this service's environment variables: none of them may turn up anywhere. */
  readonly canaries: readonly Canary[];
}

/** One deployment of a run, the same whichever others are generated. */
export function generateCase(seed: string, index: number): DeploymentCase {
  const random = new SeededRandom(seed).fork(`case-${index}`);
  const name = `c${String(index).padStart(5, '0')}`;
  const service = generateService(random.fork('service'), `web-${name}`);
  const request = generateRequest(random.fork('request'), service);
  return {
    index,
    seed,
    stack: `stack-${name}`,
    service: service.seed.name,
    kind: request.kind,
    serviceSeed: service.seed,
    behaviours: request.behaviours,
    input: { ...request.input, stack: `stack-${name}`, service: service.seed.name, requestId: `chaos-${name}` },
    script: request.script,
    askedTwice: random.fork('twice').chance(0.1),
    expected: request.expected,
    effectiveUpgrades: request.effectiveUpgrades,
    restingStates: request.restingStates,
    isGood: request.isGood,
    canaries: service.canaries,
  };
}

/** The deployments of a run from a first index on. */
export function generateCases(seed: string, count: number, first = 0): DeploymentCase[] {
  return Array.from({ length: count }, (_, position) => generateCase(seed, first + position));
}

/** A simulated Rancher in which all of them can be made. @throws RangeError for none */
export function worldSeedOf(cases: readonly DeploymentCase[]): WorldSeed {
  const [first] = cases;
  if (first === undefined) throw new RangeError('a world needs at least one deployment');
  return {
    keys: [keyOf(first.seed)],
    projects: [
      {
        name: PROJECT,
        stacks: cases.map(({ stack, serviceSeed }) => ({ name: stack, services: [serviceSeed] })),
      },
    ],
    behaviours: cases.flatMap(({ behaviours }) => behaviours),
  };
}

/** All that must not turn up anywhere after these deployments. */
export function canariesOf(cases: readonly DeploymentCase[]): Canary[] {
  const [first] = cases;
  return [...(first === undefined ? [] : commonCanaries(first.seed)), ...cases.flatMap(({ canaries }) => canaries)];
}
