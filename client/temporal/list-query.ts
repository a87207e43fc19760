import type { Phase } from '../../decision/phase';
import type { Verdict } from '../../decision/verdict';
import { KEYWORD_LIMIT, UPGRADE_SERVICE } from '../../workflows/contract';
import { HOLDS, PIPELINE } from '../../workflows/pipeline-contract';
import { RELEASE } from '../../workflows/release-contract';
import type { RunState } from '../deployment-summary';
import { VERDICT_OF_END } from '../verdict-of-end';

/** Which deployments to list; all that is given must hold. */
export interface ListFilters {
  readonly environment?: string;
  readonly stack?: string;
  readonly service?: string;
  readonly verdict?: Verdict;
  readonly requestId?: string;
  /** Who asked, or how that begins: `gitlab storefront` finds each of its builds. */
  readonly requester?: string;
  /** What was asked for: an image with its tag, or without, for all of them. A sidekick's is not looked at. */
  readonly image?: string;
  /** Those of one release, by its id. */
  readonly release?: string;
  /** Only those that run. Default false. */
  readonly running?: boolean;
  /** Only those that are in one of these phases. */
  readonly phases?: readonly Phase[];
  /** Started then or later, milliseconds since the epoch. */
  readonly since?: number;
  /** Started before, milliseconds since the epoch. */
  readonly until?: number;
  /** At most so many. Default 20. */
  readonly limit?: number;
}

/** Ends of a workflow that leave no verdict, as Temporal's query language calls them. */
const STATUSES = {
  terminated: 'Terminated',
  cancelled: 'Canceled',
  'timed-out': 'TimedOut',
  failed: 'Failed',
  'continued-as-new': 'ContinuedAsNew',
} as const satisfies Partial<Record<RunState, string>>;

/** What follows an image in the search attribute, where more does: a tag, a digest, a sidekick's. */
const AFTER_IMAGE = [':', '@', ','];

/** Temporal's query for a list of deployments. */
export function queryOf(filters: ListFilters): string {
  const { environment, stack, service, requestId, verdict, phases, requester, image, since, until } = filters;
  const equal: readonly (readonly [string, string | undefined])[] = [
    ['WorkflowType', UPGRADE_SERVICE],
    ['DroverEnvironment', environment],
    ['DroverStack', stack],
    ['DroverService', service],
    ['DroverRequest', requestId],
    ['DroverRelease', filters.release],
  ];
  return [
    ...equal.flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${quoted(value)}`])),
    ...(verdict === undefined ? [] : [verdictCondition(verdict)]),
    ...(requester === undefined ? [] : [`DroverRequester STARTS_WITH ${quoted(asKept(requester))}`]),
    ...(image === undefined ? [] : [imageCondition(asKept(image))]),
    ...(phases === undefined ? [] : [`DroverPhase IN (${phases.map((phase) => `'${phase}'`).join(', ')})`]),
    ...(filters.running === true ? ["ExecutionStatus = 'Running'"] : []),
    ...(since === undefined ? [] : [`StartTime >= '${new Date(since).toISOString()}'`]),
    ...(until === undefined ? [] : [`StartTime < '${new Date(until).toISOString()}'`]),
  ].join(' AND ');
}

/** Temporal's query for every run that was under way within a time. */
export function auditQuery(period: {
  readonly since: number;
  readonly until: number;
  readonly environment?: string;
}): string {
  const { since, until, environment } = period;
  const deployments = queryOf(environment === undefined ? {} : { environment });
  // Each of these may be about several environments: its history tells which.
  const coordinators = `WorkflowType IN (${[RELEASE, PIPELINE, HOLDS].map(quoted).join(', ')})`;
  const started = `((${deployments}) OR ${coordinators}) AND StartTime < '${new Date(until).toISOString()}'`;
  return `${started} AND (ExecutionStatus = 'Running' OR CloseTime >= '${new Date(since).toISOString()}')`;
}

/** Temporal's query for everything about one environment, or about it first of several. */
export function environmentQuery(alias: string): string {
  return `(DroverEnvironment = ${quoted(alias)} OR DroverEnvironment STARTS_WITH ${quoted(asKept(`${alias}, `))})`;
}

/** A workflow that did not end by itself wrote no verdict down: its end tells it. */
function verdictCondition(verdict: Verdict): string {
  const written = `DroverVerdict = ${quoted(verdict)}`;
  const ends = Object.entries(STATUSES).filter(([run]) => VERDICT_OF_END[run as RunState] === verdict);
  if (ends.length === 0) return written;
  return `(${written} OR ExecutionStatus IN (${ends.map(([, status]) => quoted(status)).join(', ')}))`;
}

function imageCondition(image: string): string {
  const longer = AFTER_IMAGE.map((mark) => `DroverImage STARTS_WITH ${quoted(`${image}${mark}`)}`);
  return `(${[`DroverImage = ${quoted(image)}`, ...longer].join(' OR ')})`;
}

/** A search attribute holds no more of a text. */
function asKept(value: string): string {
  return value.slice(0, KEYWORD_LIMIT);
}

/** A text of the query language, which knows both ways to put a quote into one: doubled, and after a backslash. */
function quoted(value: string): string {
  return `'${value.replaceAll(/['\\]/g, (character) => (character === "'" ? "''" : '\\\\'))}'`;
}
