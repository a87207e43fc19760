/**
 * How a field that cannot be equal is held instead: by its form (`shape`), or one to one with what stands for it in the other
 * server (`identity`). None is left out altogether.
 */
export type Treatment =
  /** `2026-11-23T12:48:41Z`, or null on both sides. */
  | 'timestamp'
  /** Milliseconds since 1970, or null on both sides. */
  | 'timestamp-millis'
  | 'uuid'
  | 'ip-address'
  /** Begins with a UUID, then an address: the agent's address of a simulated host. */
  | 'host-address'
  /** An id of the right kind, whichever. */
  | 'any-id'
  /** A number as text. */
  | 'any-number'
  /** A text that is equal but for which ids it names. */
  | 'text-with-any-ids'
  /** A number of its own within a listing. */
  | 'counter'
  /** A list in any order, each element found by its `port`. */
  | 'by-port'
  /** A list of containers in any order: see `pairContainers`. */
  | 'containers'
  /** A list of as many different ids, in any order. */
  | 'ids-in-any-order'
  /** A text that ends with a number, which stands for the recorded one within the listing. */
  | 'numbered-name'
  /** A per cent number, or none. */
  | 'progress'
  /** The number in a stack's id. */
  | 'stack-number'
  /** A text of the same lines in any order, which reads as the same YAML. */
  | 'yaml-in-any-order'
  /** Ports above 49152 that Rancher chose itself, one to one; all others exactly. */
  | 'random-port';

export interface FieldRule {
  /** Dotted path from the resource's type (`service`, `instance`, `stack`, `project`, `host`, `error`, `collection`); `[]` is an element, `*` any one name. */
  readonly field: string;
  readonly treatment: Treatment;
  readonly reason: string;
}

/** Every field that is not compared for equality, and why. What is not listed here has to be equal. */
export const fieldRules: readonly FieldRule[] = [
  { field: '*.created', treatment: 'timestamp', reason: 'the clock' },
  { field: '*.createdTS', treatment: 'timestamp-millis', reason: 'the clock' },
  { field: '*.removed', treatment: 'timestamp', reason: 'the clock' },
  { field: 'service.removedTS', treatment: 'timestamp-millis', reason: 'the clock' },
  { field: 'stack.removedTS', treatment: 'timestamp-millis', reason: 'the clock' },
  {
    field: 'collection.filters.stackId.[].value',
    treatment: 'stack-number',
    reason: 'Rancher repeats the id of a filter as its bare number',
  },
  ...['composeConfig.dockerComposeConfig', 'composeConfig.rancherComposeConfig'].map((field) => ({
    field,
    treatment: 'yaml-in-any-order' as const,
    reason: 'Rancher writes services and their attributes in an order of hashes',
  })),
  { field: 'instance.firstRunning', treatment: 'timestamp', reason: 'the clock' },
  { field: 'instance.firstRunningTS', treatment: 'timestamp-millis', reason: 'the clock' },
  { field: 'frame.id', treatment: 'uuid', reason: 'made anew for every event' },
  { field: 'frame.time', treatment: 'timestamp-millis', reason: 'the clock' },
  { field: 'error.id', treatment: 'uuid', reason: 'made anew for every error' },
  {
    field: 'collection.data',
    treatment: 'containers',
    reason:
      'which container of a service is replaced first is chance (an order of hashes), so containers are paired within each listing ' +
      'by configuration, version, state and health; what became of each since the last listing is compared besides',
  },
  {
    field: 'instance.name',
    treatment: 'numbered-name',
    reason: 'the number at its end is one of those that are paired',
  },
  { field: 'instance.createIndex', treatment: 'counter', reason: 'the order of their creation is paired with them' },
  {
    field: 'instance.transitioningProgress',
    treatment: 'progress',
    reason: 'how far a failing start came when it failed: 32 and 84 were seen',
  },
  { field: 'instance.externalId', treatment: 'uuid', reason: "the container's id on a simulated host, random" },
  { field: 'instance.hostId', treatment: 'any-id', reason: "which host Rancher's scheduler takes is its own matter" },
  {
    field: 'instance.primaryIpAddress',
    treatment: 'ip-address',
    reason: 'given out at random from the managed network',
  },
  { field: 'service.publicEndpoints', treatment: 'by-port', reason: 'Rancher lists them in no order' },
  {
    field: 'service.publicEndpoints.[].hostId',
    treatment: 'any-id',
    reason: "which host Rancher's scheduler takes is its own matter",
  },
  { field: 'service.publicEndpoints.[].ipAddress', treatment: 'host-address', reason: 'the address of that host' },
  {
    field: 'service.publicEndpoints.[].port',
    treatment: 'random-port',
    reason: 'Rancher chooses host ports above 49152 itself; all others are compared exactly',
  },
  {
    field: 'instance.healthcheckStates.[].hostId',
    treatment: 'any-id',
    reason: 'Rancher lists the checking hosts in no order',
  },
  {
    field: 'instance.uuid',
    treatment: 'uuid',
    reason: 'its own and in no relation to anything else: containers are told apart by their ids',
  },
  {
    field: 'instance.requestedHostId',
    treatment: 'any-id',
    reason: 'which container of a global service is on which host',
  },
  {
    field: 'instance.labels.io.rancher.service.requested.host.id',
    treatment: 'any-number',
    reason: 'which container of a global service is on which host',
  },
  {
    field: 'service.publicEndpoints.[].instanceId',
    treatment: 'any-id',
    reason: 'follows from the host: two containers publish the same port, in no order',
  },
  {
    field: 'service.instanceIds',
    treatment: 'ids-in-any-order',
    reason: 'containers of one batch are made in no fixed order',
  },
  {
    field: '*.transitioningMessage',
    treatment: 'text-with-any-ids',
    reason: 'names the container that is in the way, and failing containers are made again every few seconds',
  },
];

/**
 * Fields that depend on the very millisecond while a service is moving. Where a service was read or acted upon in the midst of
 * its way they must be one of the values that were recorded on that way; before it moves and where it came to rest they are compared exactly.
 */
export const movingFields: readonly { readonly field: string; readonly reason: string }[] = [
  { field: 'service.healthState', reason: 'turns to degraded and back as each single container stops and starts' },
  { field: 'service.currentScale', reason: 'is counted from the containers of that moment' },
  { field: 'service.createIndex', reason: 'counts every container made so far' },
  { field: 'service.instanceIds', reason: 'grows with every container made: only the ids’ kind is held' },
  {
    field: 'service.publicEndpoints',
    reason: 'those of the containers that run at that moment: only the port and the form are held',
  },
];

/** Fields of some recordings that are held by their type only, from a step on, because chance decided them on the real server. */
export const chanceFields: readonly {
  readonly recording: string;
  readonly from: number;
  readonly field: string;
  readonly reason: string;
}[] = [
  ...['18-failing-start-rollback', '20-unschedulable', '50-error-then-recovers'].map((recording) => ({
    recording,
    from: 0,
    field: 'service.createIndex',
    reason: 'counts every container made, also each failed attempt, and Rancher tries again every 6 to 15 seconds',
  })),
  ...['service.createIndex', 'service.instanceIds'].map((field) => ({
    recording: '12-sidekicks',
    from: 28,
    field,
    reason:
      'the rollback that brought a removed sidekick back left 7 containers where 6 were asked for, one of them made anew',
  })),
];
