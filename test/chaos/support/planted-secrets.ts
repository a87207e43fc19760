import type { KeySeed } from '../../../simulator/world-seed';
import type { Canary } from '../../e2e/canaries';
import { SeededRandom } from './random';

/** A value that a request may merge by reference; the worker's environment holds it. */
export interface PlantedVariable {
  /** As `drover.yaml` names it under `variables:`. */
  readonly reference: string;
  /** Name of the worker's environment variable. */
  readonly env: string;
  readonly value: string;
}

/** Odd characters around what is looked for: each is written differently in JSON, HTML, a URL or a shell. */
const AROUND = ['', '"', '<&>', 'ä é', '%41+', "it's", '\\n\\', '$HOME ', '{"a":1}', 'a=b;c'] as const;
/** Names under which values are merged by reference. */
export const REFERENCES = ['first-value', 'second-value', 'third-value'] as const;

/** A secret whose digits nobody else has, the same for the same generator. */
export function seededCanary(random: SeededRandom, name: string): Canary {
  const odd = random.pick(AROUND);
  return { name, value: `${odd}${random.hex(24)}${odd}` };
}

/** The one key of a run's simulated Rancher, with which its workers act: both halves are canaries. */
export function keyOf(seed: string): KeySeed {
  const random = new SeededRandom(seed).fork('key');
  return { accessKey: `access${random.hex(24)}`, secretKey: `secret${random.hex(24)}`, role: 'owner' };
}

/** What the requests of a run may merge by reference. */
export function variablesOf(seed: string): PlantedVariable[] {
  return REFERENCES.map((reference) => ({
    reference,
    env: `CHAOS_${reference.toUpperCase().replaceAll('-', '_')}`,
    value: seededCanary(new SeededRandom(seed).fork(reference), reference).value,
  }));
}

/** The secrets that all deployments of a run have in common: the key, and what is merged by reference. */
export function commonCanaries(seed: string): Canary[] {
  const { accessKey, secretKey } = keyOf(seed);
  return [
    { name: 'the access key', value: accessKey },
    { name: 'the secret key', value: secretKey },
    ...variablesOf(seed).map(({ reference, value }) => ({ name: `the variable ${reference}`, value })),
  ];
}
