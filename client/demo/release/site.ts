import type { Site } from '../stage';

/** Aliases that are called as the simulator's environments are. */
const ENVIRONMENTS = ['dev', 'qa', 'demo', 'prod-dmz1', 'prod-dmz2'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Where a stack goes from `dev` through all of them. */
export const SITE: Site = {
  environments: Object.fromEntries(ENVIRONMENTS.map((name) => [name, name])),
  accessKey: 'demo-release',
};

export const STACK = 'shop';
/** In the order in which they depend on each other. */
export const SERVICES = ['db', 'api', 'web'] as const;
export type Service = (typeof SERVICES)[number];

/** Who approves. Neither of them is whoever runs the demo. */
export const PEOPLE = ['ann.lee', 'joe.kim'] as const;

export const imageOf = (service: Service, tag: string): string => `example/${STACK}-${service}:${tag}`;
