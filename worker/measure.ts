import type { MetricMeter } from '@temporalio/common';
import { VERDICTS } from '../decision/verdict';
import type { Verdict } from '../decision/verdict';
import type { CircuitChange } from '../rancher/circuit';
import type { EventFrame } from '../rancher/event-frame';
import type { ObservedRequest } from '../rancher/observed-request';
import type { Nudge } from '../workflows/contract';
import { UPGRADE_SERVICE, WORKFLOW_QUEUE } from '../workflows/contract';
import type { MetricName } from '../workflows/metric-table';
import { METRICS } from '../workflows/metric-table';

type Labels = Readonly<Record<string, string>>;
type NameOf<Type extends string> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** A worker's own measurements, on the page of the SDK's. Without a page they go nowhere. */
export class Measure {
  constructor(private readonly meter: MetricMeter) {}

  count(name: NameOf<'counter'>, labels: Labels = {}, by = 1): void {
    this.meter.createCounter(name, undefined, METRICS[name].help).add(by, labels);
  }

  /** A gauge holds its last value for ever: what is not known any more is `NaN`. */
  set(name: NameOf<'gauge'>, value: number, labels: Labels): void {
    this.meter.createGauge(name, 'float', undefined, METRICS[name].help).set(value, labels);
  }

  record(name: NameOf<'histogram'>, seconds: number, labels: Labels): void {
    this.meter.createHistogram(name, 'float', undefined, METRICS[name].help).record(seconds, labels);
  }

  request(environment: string, { kind, outcome, wasTried, waitedMillis, millis }: ObservedRequest): void {
    this.count('drover_rancher_requests_total', { environment, kind, outcome });
    if (!wasTried) return;
    this.record('drover_rancher_request_seconds', millis / 1000, { environment, kind });
    if (kind === 'read') this.record('drover_rancher_wait_seconds', waitedMillis / 1000, { environment });
  }

  circuit(environment: string, { to }: Pick<CircuitChange, 'to'>): void {
    this.set('drover_rancher_circuit_open', to === 'open' ? 1 : 0, { environment });
  }

  /** Null: nobody needs it. */
  stream(environment: string, isUp: boolean | null): void {
    this.set('drover_rancher_stream_up', isUp === null ? NaN : isUp ? 1 : 0, { environment });
  }

  /**
   * Lets the counters of these environments begin at 0: Prometheus does not see the first increase of a series that is not there before.
   */
  begin(namespace: string, environments: readonly string[]): void {
    this.count('drover_count_failures_total', {}, 0);
    for (const environment of environments) {
      this.circuit(environment, { to: 'closed' });
      this.stream(environment, null);
      this.count('drover_rancher_stream_opened_total', { environment }, 0);
      for (const kind of FRAMES) this.count('drover_rancher_stream_frames_total', { environment, kind }, 0);
      for (const saw of NUDGES) this.count('drover_nudges_total', { environment, saw, outcome: 'sent' }, 0);
      // The SDK puts these on whatever a workflow measures; with other ones it would be another series.
      const labels = { environment, namespace, taskQueue: WORKFLOW_QUEUE, workflowType: UPGRADE_SERVICE };
      for (const verdict of WORKFLOW_VERDICTS) this.count('drover_deployments_total', { ...labels, verdict }, 0);
      for (const why of ['failed', 'asked', 'again']) this.count('drover_rollbacks_total', { ...labels, why }, 0);
    }
  }
}

const FRAMES = ['service', 'container', 'ping', 'other', 'unread'] as const satisfies EventFrame['kind'][];
const NUDGES = [
  'state',
  'transitioning',
  'message',
  'health',
  'nearly-done',
  'progress',
  'check',
] as const satisfies Nudge['saw'][];
/** `held` and `detached` are told by a client that goes while the deployment goes on. */
const BY_CLIENTS: readonly string[] = ['held', 'detached'] satisfies Verdict[];
const WORKFLOW_VERDICTS = Object.keys(VERDICTS).filter((verdict) => !BY_CLIENTS.includes(verdict));
