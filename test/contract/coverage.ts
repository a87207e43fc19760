/** What is done with one of the recordings. */
export type Coverage =
  | {
      readonly replayed: true;
      /** How much faster than the real server the simulator runs: slower where requests were milliseconds apart. */
      readonly speed: number;
      /** What of it is not replayed, and why; empty where all of it is. */
      readonly leftOut?: string;
    }
  | { readonly replayed: false; readonly reason: string };

/** Every recording of the real server that there is, and what the contract test does with it. */
export const coverage: Readonly<Record<string, Coverage>> = {
  '01-lookup': {
    replayed: true,
    speed: 10,
    leftOut: "the test bench's own network driver service is taken out of the listings",
  },
  '01b-lookup-edge': {
    replayed: true,
    speed: 10,
    leftOut: "the test bench's own network driver service is taken out of the listings",
  },
  '01c-same-name-two-stacks': { replayed: true, speed: 10 },
  '02-upgrade-finish-v2': { replayed: true, speed: 4 },
  '03-upgrade-rollback-v1': { replayed: true, speed: 4 },
  '04-errors-v1': { replayed: true, speed: 1 },
  '04-errors-v2': { replayed: true, speed: 1 },
  '05-actions-by-state-v1': { replayed: true, speed: 1 },
  '05-actions-by-state-v2': { replayed: true, speed: 1 },
  '06-cancel-continue-rollback-v2': { replayed: true, speed: 2 },
  '07-cancel-rollback-v2': { replayed: true, speed: 2 },
  '08-omitted-attributes-are-blanked': {
    replayed: true,
    speed: 4,
    leftOut: 'the last read: the recorder put the next image into what it had read',
  },
  '09-echo-launchconfig': { replayed: true, speed: 4 },
  '10-image-formats': { replayed: true, speed: 8 },
  '12-sidekicks': { replayed: true, speed: 4 },
  '13b-load-balancer-healthy': {
    replayed: true,
    speed: 2,
    leftOut: 'the first read: the recorder put the next image into what it had read',
  },
  '14-global': { replayed: true, speed: 4 },
  '16-dns-external': { replayed: true, speed: 1 },
  '17-healthcheck-upgrade': { replayed: true, speed: 5 },
  '18-failing-start-rollback': { replayed: true, speed: 5 },
  '20-unschedulable': { replayed: true, speed: 5 },
  '23-lost-response-retry': {
    replayed: true,
    speed: 1,
    leftOut: 'the first read: the recorder put the next labels into what it had read',
  },
  '24-websocket-v2': {
    replayed: true,
    speed: 1,
    leftOut: 'frames of volumes, addresses, expose maps and storage pools: things the simulator does not have',
  },
  '26-removal': { replayed: true, speed: 2 },
  '28-inactive-activating': { replayed: true, speed: 1 },
  '29-restart': { replayed: true, speed: 2 },
  '30-mixed-upgraded-after-put-scale': { replayed: true, speed: 3 },
  '31-cancel-while-finishing': { replayed: true, speed: 1 },
  '32-batch-timing': { replayed: true, speed: 5 },
  '33-bad-launchconfigs': {
    replayed: true,
    speed: 6,
    leftOut: 'what becomes of a network mode that does not exist: networks are not simulated (that it is accepted, is)',
  },
  '42-member-roles': {
    replayed: true,
    speed: 2,
    leftOut: 'the restricted role: sent with a member’s key, which answers the same',
  },
  '43-service-logs': {
    replayed: false,
    reason:
      'lists the logs of everything that was done on the test bench before; nothing in it was asked for by a request of its own',
  },
  '46-schemas': {
    replayed: false,
    reason: 'the schemas’ own text: no client of ours reads it, and the simulator serves none',
  },
  '50-error-then-recovers': {
    replayed: true,
    speed: 8,
    leftOut:
      'the answer to the PUT that labels a host, but for its status: it lists the containers of everything that was done before',
  },
  '61-health-never-comes': { replayed: true, speed: 12 },
  '70-copy-a-stack': { replayed: true, speed: 1 },
  '71-sidekicks-that-share-volumes': { replayed: true, speed: 3 },
};
