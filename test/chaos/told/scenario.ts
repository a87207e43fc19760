import type { Behaviour } from '../../../simulator/world-seed';
import type { UpgradeInput } from '../../../client/input/upgrade-input';
import type { Service } from '../../support/seeds';
import { SeededRandom } from '../support/random';

/** Name of the one stack. */
export const STACK = 'cases';

/** How long a version is pulled that somebody cancels, in Rancher's time, which is twenty times as fast: no pause outlasts it. */
const PULL_MILLIS = 500_000;

/** What becomes of a deployment, by its number and the seed. */
export const KINDS = ['plain', 'confirmed', 'taken-back', 'expired', 'fails', 'cancelled'] as const;
export type Kind = (typeof KINDS)[number];

/** One deployment of a run. */
export interface Scenario {
  readonly index: number;
  readonly kind: Kind;
  readonly service: Service;
  readonly behaviours: readonly Behaviour[];
  /** How long the kinds that wait for a person wait, milliseconds. */
  readonly pauseMillis: number;
}

/** The scenario of one number: the same for a seed, whatever else is run. */
export function scenarioOf(seed: string, index: number): Scenario {
  const random = new SeededRandom(seed).fork(`told/${index}`);
  const kind = random.weighted<Kind>([
    [8, 'plain'],
    [4, 'confirmed'],
    [2, 'taken-back'],
    [1, 'expired'],
    [3, 'fails'],
    [2, 'cancelled'],
  ]);
  const name = `told-${index}`;
  const slow = kind === 'cancelled' ? [{ image: imageOf(name, 2), pullMillis: PULL_MILLIS }] : [];
  return {
    index,
    kind,
    service: { name, scale: random.int(1, 2), launchConfig: { imageUuid: imageOf(name, 1) } },
    behaviours: kind === 'fails' ? [{ image: imageOf(name, 2), startFails: true }] : slow,
    pauseMillis: random.int(0, 4_000),
  };
}

/** What is asked for it. */
export function inputOf({ kind, service }: Scenario, environment: string): UpgradeInput {
  const holds = kind === 'confirmed' || kind === 'taken-back' || kind === 'expired';
  return {
    ...{ environment, stack: STACK, service: service.name },
    image: imageOf(service.name, 2).replace('docker:', ''),
    ...(holds ? { hold: true } : {}),
  };
}

/** How often it waits for a person. */
export function waitsOf(kind: Kind): number {
  return kind === 'confirmed' || kind === 'taken-back' || kind === 'expired' ? 1 : 0;
}

function imageOf(name: string, tag: number): string {
  return `docker:example/${name}:${tag}`;
}
