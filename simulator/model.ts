import type { Behaviour, JsonObject, KeySeed, ServiceState, ServiceType } from './world-seed';

/** What the simulator keeps of each resource; plain JSON, so that it can be written to the state file as it is. */

export interface Project {
  num: number;
  name: string;
  uuid: string;
  created: number;
  /** Every address that this project's containers have been given is counted here. */
  nextPort: number;
}

export interface Host {
  num: number;
  project: number;
  name: string;
  uuid: string;
  agentIp: string;
  created: number;
  labels: Record<string, string>;
}

export interface Stack {
  num: number;
  project: number;
  name: string;
  description: string | null;
  uuid: string;
  created: number;
  state: 'activating' | 'active' | 'removing' | 'removed';
  removed: number | null;
}

export type InstanceState = 'starting' | 'running' | 'stopping' | 'stopped' | 'error' | 'removed';
export type HealthState = 'initializing' | 'healthy' | 'unhealthy';

export interface Instance {
  num: number;
  uuid: string;
  name: string;
  externalId: string;
  ip: string;
  /** The deployment unit: one primary container and its sidekicks. */
  unit: string;
  index: number;
  /** Empty for the primary, else the sidekick's name. */
  config: string;
  version: string;
  state: InstanceState;
  health: HealthState | null;
  createIndex: number;
  created: number;
  firstRunning: number | null;
  startCount: number;
  host: number;
  launch: JsonObject;
  /** It ended by itself and is not to be started again (start once). */
  done: boolean;
  error: string | null;
}

export interface ServiceLog {
  num: number;
  event: string;
  description: string;
  at: number;
  sub: boolean;
  instance: number | null;
  transaction: string;
}

export interface Strategy {
  batchSize: number;
  intervalMillis: number;
  startFirst: boolean;
}

/** The configurations of one revision of a service: the primary first, then its sidekicks. */
export interface Revision {
  launchConfig: JsonObject;
  secondaryLaunchConfigs: JsonObject[];
}

export interface Service {
  num: number;
  project: number;
  stack: number;
  type: ServiceType;
  name: string;
  uuid: string;
  description: string | null;
  metadata: JsonObject | null;
  scale: number;
  currentScale: number | null;
  createIndex: number | null;
  created: number;
  removed: number | null;
  state: ServiceState;
  healthState: string;
  /** Replaces "In Progress"; survives until the state comes to rest. */
  message: string | null;
  failing: boolean;
  current: Revision;
  /** What a rollback goes back to. */
  previous: Revision | null;
  strategy: Strategy;
  /** The `upgrade` field as the API shows it now, the one before it, and from when on the new one shows. */
  upgrade: JsonObject | null;
  staleUpgrade: JsonObject | null;
  upgradeVisibleAt: number;
  /** The version that a second, simultaneous writer left in `upgrade`: containers never match it. */
  conflictVersion: string | null;
  sidekicksKnown: boolean;
  lbConfig: JsonObject | null;
  linkedServices: Record<string, string> | null;
  retainIp: boolean | null;
  /** One of its containers has published a port at some time. */
  hadEndpoints: boolean;
  externalIpAddresses: string[] | null;
  startOnCreate: boolean;
  instances: Instance[];
  /** The deployment unit that holds an index now, where it is not the one that held it first: a start had failed in that. */
  unitIds: Record<string, string>;
  logs: ServiceLog[];
}

export interface JournalEntry {
  kind: 'action' | 'state';
  /** ISO time. */
  at: string;
  sequence: number;
  /** Id, such as `1s2`. */
  service: string;
  project: string;
  stack: string;
  name: string;
  /** Of an action. */
  action?: string;
  /** Of an action: the access key that sent it, or `person`. */
  by?: string;
  /** Of a state transition. */
  from?: string;
  to?: string;
  /** Version per configuration after it: the empty name is the primary. */
  versions: Record<string, string>;
  /** The posted JSON, and its exact text. */
  body?: unknown;
  rawBody?: string;
}

export interface Counters {
  service: number;
  stack: number;
  instance: number;
  host: number;
  project: number;
  log: number;
  journal: number;
}

export interface KeyRecord extends KeySeed {
  /** Project numbers; null: all. */
  visible: number[] | null;
}

export type { Behaviour };
