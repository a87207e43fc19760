import type { FaultCounts } from '../../../simulator/fault-plan';
import type { Evidence, Violation } from './evidence';
import { activitiesIn } from './history';

/** One ended deployment, as far as it is counted. */
export interface DeploymentFigures {
  readonly index: number;
  readonly kind: string;
  readonly verdict: string;
  readonly millis: number;
  readonly activities: number;
  /** Attempts at its activities. */
  readonly attempts: number;
  /** Attempts whose failure the history tells, and of those the ones with a refused connection; the history keeps one for each activity. */
  readonly failedAttempts: number;
  readonly refusedConnections: number;
  /** Calls of the client that found Temporal in trouble, and were made again. */
  readonly repeatedCalls: number;
  readonly violations: readonly Violation[];
}

/** What a run counted; plain JSON. */
export interface Figures {
  readonly deployments: number;
  readonly byVerdict: Readonly<Record<string, number>>;
  /** Kind of deployment, then verdict. */
  readonly byKind: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly activities: number;
  readonly attempts: number;
  readonly retries: number;
  readonly failedAttempts: number;
  readonly refusedConnections: number;
  readonly repeatedCalls: number;
  readonly faults: FaultCounts;
  readonly requestsPerDeployment: number;
  /** From the request to the verdict, milliseconds. */
  readonly duration: { readonly median: number; readonly p95: number; readonly max: number };
  readonly failed: number;
  readonly violations: Readonly<Record<string, number>>;
}

export function figuresOf(
  { evidence, millis, repeatedCalls }: { evidence: Evidence; millis: number; repeatedCalls: number },
  violations: readonly Violation[],
): DeploymentFigures {
  const activities = activitiesIn(evidence.history);
  const failures = activities.flatMap(({ lastFailure }) => (lastFailure === null ? [] : [lastFailure]));
  return {
    index: evidence.case.index,
    kind: evidence.case.kind,
    verdict: evidence.outcome.verdict,
    millis,
    activities: activities.length,
    attempts: activities.reduce((sum, { attempts }) => sum + attempts, 0),
    failedAttempts: failures.length,
    refusedConnections: failures.filter((text) => text.includes('ECONNREFUSED')).length,
    repeatedCalls,
    violations,
  };
}

/** Adds up a run. */
export class Tally {
  readonly #ended: DeploymentFigures[] = [];
  #faults: FaultCounts = { requests: 0, reads: {}, actions: {}, refusalWindows: 0, cutStreams: 0 };

  get count(): number {
    return this.#ended.length;
  }

  get failures(): DeploymentFigures[] {
    return this.#ended.filter(({ violations }) => violations.length > 0);
  }

  add(figures: DeploymentFigures): void {
    this.#ended.push(figures);
  }

  addFaults(faults: FaultCounts): void {
    this.#faults = {
      requests: this.#faults.requests + faults.requests,
      reads: summed(this.#faults.reads, faults.reads),
      actions: summed(this.#faults.actions, faults.actions),
      refusalWindows: this.#faults.refusalWindows + faults.refusalWindows,
      cutStreams: this.#faults.cutStreams + faults.cutStreams,
    };
  }

  figures(): Figures {
    const ended = this.#ended;
    const sum = (of: (one: DeploymentFigures) => number): number => ended.reduce((total, one) => total + of(one), 0);
    const millis = ended.map((one) => one.millis).sort((a, b) => a - b);
    const kinds = [...new Set(ended.map(({ kind }) => kind))].sort();
    const verdicts = (some: readonly DeploymentFigures[]): Record<string, number> =>
      counted(some.map((one) => one.verdict));
    return {
      deployments: ended.length,
      byVerdict: verdicts(ended),
      byKind: Object.fromEntries(kinds.map((kind) => [kind, verdicts(ended.filter((one) => one.kind === kind))])),
      activities: sum((one) => one.activities),
      attempts: sum((one) => one.attempts),
      retries: sum((one) => Math.max(0, one.attempts - one.activities)),
      failedAttempts: sum((one) => one.failedAttempts),
      refusedConnections: sum((one) => one.refusedConnections),
      repeatedCalls: sum((one) => one.repeatedCalls),
      faults: this.#faults,
      requestsPerDeployment: ended.length === 0 ? 0 : this.#faults.requests / ended.length,
      duration: { median: at(millis, 0.5), p95: at(millis, 0.95), max: at(millis, 1) },
      failed: this.failures.length,
      violations: counted(this.failures.flatMap((one) => one.violations.map(({ invariant }) => String(invariant)))),
    };
  }
}

/** The figures as a person reads them. */
export function figuresText(figures: Figures): string {
  const { faults, duration } = figures;
  const injected = total(faults.reads) + total(faults.actions);
  const kinds = [...new Set([...Object.keys(faults.reads), ...Object.keys(faults.actions)])].sort();
  return [
    `deployments            ${figures.deployments}: ${inWords(figures.byVerdict)}`,
    ...Object.entries(figures.byKind).map(([kind, verdicts]) => `  ${kind.padEnd(32)}${inWords(verdicts)}`),
    `activities             ${figures.activities}, in ${figures.attempts} attempts: ${figures.retries} retries`,
    `requests to Rancher    ${faults.requests}, ${figures.requestsPerDeployment.toFixed(1)} for each deployment`,
    `faults injected        ${injected} (${percent(injected, faults.requests)} of the requests): reads, actions`,
    ...kinds.map((kind) => `  ${kind.padEnd(32)}${faults.reads[kind] ?? 0}, ${faults.actions[kind] ?? 0}`),
    `connections refused    ${faults.refusalWindows} windows in which nothing listened; ${figures.refusedConnections} attempts that the histories tell failed by it`,
    `event streams cut      ${faults.cutStreams}`,
    `client                 ${figures.repeatedCalls} calls found Temporal in trouble, and were made again`,
    `duration               median ${secondsOf(duration.median)}, p95 ${secondsOf(duration.p95)}, longest ${secondsOf(duration.max)}`,
  ].join('\n');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(2)} %`;
}

function secondsOf(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`;
}

function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function summed(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The value below which so many of them are; 0 where there are none. */
function at(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
