import type { WorldSeed } from '../../simulator/world-seed';

/** A service as a seed describes it. */
export type Service = WorldSeed['projects'][number]['stacks'][number]['services'][number];

/** One environment, `Cases`, with one stack, `cases`. */
export function seedOf(...services: Service[]): WorldSeed {
  return {
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
    projects: [{ name: 'Cases', stacks: [{ name: 'cases', services }] }],
  };
}
