/** Plain JSON: what a simulated Rancher starts with, and how it is told to misbehave. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type ServiceType = 'service' | 'loadBalancerService' | 'dnsService' | 'externalService';

export type ServiceState =
  | 'registering'
  | 'inactive'
  | 'activating'
  | 'active'
  | 'updating-active'
  | 'upgrading'
  | 'upgraded'
  | 'finishing-upgrade'
  | 'canceling-upgrade'
  | 'canceled-upgrade'
  | 'rolling-back'
  | 'restarting'
  | 'deactivating'
  | 'removing'
  | 'removed';

export type Role = 'owner' | 'member' | 'readonly';

export interface KeySeed {
  accessKey: string;
  secretKey: string;
  role: Role;
  /** Names of the environments that the key may see; all of them by default. */
  projects?: string[];
}

/** How containers of one image behave; several may name the same image, the last one added wins. */
export interface Behaviour {
  /** The exact imageUuid, with or without its `docker:` prefix. */
  image: string;
  /** Starting fails: for ever, or for so many (scaled) milliseconds after the first failure. */
  startFails?: boolean | { forMillis: number };
  /** The health check never reports healthy; after its time-out the container is taken away. */
  neverHealthy?: boolean;
  /** From running to healthy, in unscaled milliseconds; 1500 by default. */
  healthyAfterMillis?: number;
  /** How long pulling the image takes before the container starts, in unscaled milliseconds. */
  pullMillis?: number;
  /** The container stops by itself so long after it started, in unscaled milliseconds. */
  crashesAfterMillis?: number;
  /** The container ends by itself at once and that is its purpose (start once). */
  exits?: boolean;
  /** No host takes the container. */
  unschedulable?: boolean;
}

export interface ServiceSeed {
  name: string;
  /** Such as `1s2`; given out in order when omitted. */
  id?: string;
  /** Id by name; a load balancer's rules are looked up by themselves. */
  linkedServices?: Record<string, string>;
  type?: ServiceType;
  /** 1 by default. */
  scale?: number;
  launchConfig: JsonObject;
  secondaryLaunchConfigs?: JsonObject[];
  retainIp?: boolean;
  lbConfig?: JsonObject;
  externalIpAddresses?: string[];
  /** `false` leaves the service inactive. */
  startOnCreate?: boolean;
  metadata?: JsonObject;
  description?: string;
  /** `active` by default, `inactive` when `startOnCreate` is false. */
  state?: ServiceState;
  /** For a service seeded in the middle of an upgrade: what that upgrade goes to. */
  pendingLaunchConfig?: JsonObject;
}

export interface StackSeed {
  name: string;
  description?: string;
  services: ServiceSeed[];
}

export interface ProjectSeed {
  name: string;
  /** Such as `1a5`; given out from `1a5` upwards when omitted. */
  id?: string;
  /** 3 by default. */
  hosts?: number;
  stacks: StackSeed[];
}

export interface WorldSeed {
  keys: KeySeed[];
  projects: ProjectSeed[];
  behaviours?: Behaviour[];
}
