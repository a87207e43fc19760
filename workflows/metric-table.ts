// Plain data, nothing that has to be loaded from Temporal's SDK: workflows and the worker measure by it, documents and tests read it.

/** What is told of a metric. */
export interface Metric {
  readonly type: 'counter' | 'histogram' | 'gauge';
  /** Names of labels; the values of each are few, whatever is deployed. */
  readonly labels: readonly string[];
  readonly help: string;
  /** Upper bounds of a histogram's buckets, seconds. */
  readonly buckets?: readonly number[];
}

/** From a fast request to the longest limit that is usual, seconds. */
const PHASE_BUCKETS = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400] as const;
/** Up to the longest request time-out that is usual, seconds. */
const REQUEST_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
/** People come after a minute, or after days, seconds. */
const PEOPLE_BUCKETS = [60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800] as const;

/**
 * Every metric of Drover's own, by the name on the page: this table, and nothing else. `docs/metrics.md` is made from it.
 *
 * A counter ends in `_total` and a time is in seconds by its very name: Temporal's exporter adds no suffix of its own.
 */
export const METRICS = {
  drover_deployments_total: {
    type: 'counter',
    labels: ['environment', 'verdict'],
    help: 'Deployments that ended, by verdict.',
  },
  drover_phase_seconds: {
    type: 'histogram',
    labels: ['environment', 'phase'],
    help: 'How long deployments were in a phase, each stay by itself, seconds.',
    buckets: PHASE_BUCKETS,
  },
  drover_waiting_for_people_seconds: {
    type: 'histogram',
    labels: ['environment', 'phase'],
    help: 'How long deployments waited for a person to confirm them (confirming) or to mend something (parked), seconds.',
    buckets: PEOPLE_BUCKETS,
  },
  drover_rollbacks_total: {
    type: 'counter',
    labels: ['environment', 'why'],
    help: 'Rollbacks of upgrades of its own that are proven: for a failure (failed), on request (asked), or to upgrade once more (again).',
  },
  drover_rancher_requests_total: {
    type: 'counter',
    labels: ['environment', 'kind', 'outcome'],
    help: 'Requests to Rancher that ended: reads, the action by its name, create or remove; and what came of them.',
  },
  drover_rancher_request_seconds: {
    type: 'histogram',
    labels: ['environment', 'kind'],
    help: 'How long requests to Rancher took that were tried, answered or not, seconds.',
    buckets: REQUEST_BUCKETS,
  },
  drover_rancher_wait_seconds: {
    type: 'histogram',
    labels: ['environment'],
    help: 'How long reads waited for their turn before they were sent, since no more than so many are under way, and sent, at once, seconds.',
    buckets: REQUEST_BUCKETS,
  },
  drover_rancher_circuit_open: {
    type: 'gauge',
    labels: ['environment'],
    help: 'Whether this worker asks Rancher only now and then, since it does not answer: 1; else 0.',
  },
  drover_rancher_stream_up: {
    type: 'gauge',
    labels: ['environment'],
    help: "Whether Rancher's event stream tells this worker of changes: 1; 0 while it is being opened again, or tells nothing; NaN where nobody needs it.",
  },
  drover_rancher_stream_opened_total: {
    type: 'counter',
    labels: ['environment'],
    help: "How often Rancher's event stream was opened: more than once is as often as it broke.",
  },
  drover_rancher_stream_frames_total: {
    type: 'counter',
    labels: ['environment', 'kind'],
    help: "Frames of Rancher's event stream: of a service, of a container, ping, of something else (other), or not understood (unread).",
  },
  drover_nudges_total: {
    type: 'counter',
    labels: ['environment', 'saw', 'outcome'],
    help: 'Deployments that were woken, by what was seen; and those that Temporal could not be told of (failed).',
  },
  drover_deployments_in_flight: {
    type: 'gauge',
    labels: ['environment'],
    help: 'Deployments that run, parked ones included, as Temporal counts them; NaN while Temporal cannot be asked.',
  },
  drover_deployments_parked: {
    type: 'gauge',
    labels: ['environment'],
    help: 'Deployments that cannot go on without a person, as Temporal counts them; NaN while Temporal cannot be asked.',
  },
  drover_deployments_confirming: {
    type: 'gauge',
    labels: ['environment'],
    help: 'Deployments that are verified and wait for a person to confirm them, those that a release holds left out, as Temporal counts them; NaN while Temporal cannot be asked.',
  },
  drover_releases_confirming: {
    type: 'gauge',
    labels: [],
    help: 'Releases that wait for a person to confirm them, in all environments, as Temporal counts them; NaN while Temporal cannot be asked.',
  },
  drover_pipelines_waiting: {
    type: 'gauge',
    labels: [],
    help: 'Pipelines and promotions whose stage waits for approvals, or brings what is held, in all environments, as Temporal counts them; NaN while Temporal cannot be asked.',
  },
  drover_count_failures_total: {
    type: 'counter',
    labels: [],
    help: 'How often Temporal could not be asked for what is in flight, parked, or waits for a person.',
  },
} as const satisfies Record<string, Metric>;

/** The name of one of Drover's metrics. */
export type MetricName = keyof typeof METRICS;

/**
 * The environment of deployments for which no worker of an environment ever answered: what was typed may be anything, and would make a
 * time series for each mistake. No alias begins with an underscore.
 */
export const UNSERVED = '_unserved';
