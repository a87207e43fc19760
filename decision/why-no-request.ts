import { whyNewer, whyUnknown } from './message-version';
import { ON_PENDING } from './policy';
import type { DeploymentRequest, PolicyOverrides } from './request';

/** Longest name, id or image of a request, characters. */
const NAME_LIMIT = 1_000;

/** All that a request may say, and the version of the messages since which: a field that is added to its type has to be added here. */
export const REQUEST_FIELDS: Readonly<Record<keyof DeploymentRequest, number>> = {
  version: 1,
  requestId: 1,
  deploymentId: 1,
  environment: 1,
  stack: 1,
  service: 1,
  image: 1,
  sidekicks: 1,
  variables: 1,
  labels: 1,
  redeploy: 1,
  hold: 1,
  overrides: 1,
  author: 1,
  settingsFrom: 1,
  release: 1,
};
/** The same for `overrides`. */
export const OVERRIDE_FIELDS: Readonly<Record<keyof PolicyOverrides, number>> = {
  onPending: 1,
  batchSize: 1,
  batchIntervalMillis: 1,
  startFirst: 1,
  timeoutMillis: 1,
  soakMillis: 1,
};

/**
 * Why something is no request that a deployment can work on, or null when it is one. A client of Drover's sends nothing else; but whoever
 * may reach the namespace can start the workflow with any input, and one that fails in the middle of its code would be tried for ever.
 * No value is repeated: it may be anything.
 */
export function whyNoRequest(given: unknown): string | null {
  if (!isRecord(given)) return NO_OBJECT;
  // What is newer may be of another form: that it is newer is what is told.
  return whyNewer(given) ?? whyBadForm(given) ?? whyUnknown(given, REQUEST_FIELDS);
}

/** As {@link whyNoRequest}, whatever its version, and whatever it asks for besides: only that its record can be written. */
export function whyNoForm(given: unknown): string | null {
  return isRecord(given) ? whyBadForm(given) : NO_OBJECT;
}

const NO_OBJECT = 'the input is no request: an object is expected, as the client of Drover sends it';

function whyBadForm(given: Fields): string | null {
  const badName = whyNoNames(given, ['requestId', 'deploymentId', 'environment', 'stack', 'service']);
  if (badName !== null) return badName;
  for (const name of ['image', 'settingsFrom'])
    if (given[name] !== undefined && !isName(given[name])) return `"${name}" is no text`;
  for (const name of ['sidekicks', 'variables', 'labels']) {
    const map = given[name];
    if (!isRecord(map) || !Object.values(map).every((value) => typeof value === 'string'))
      return `"${name}" is no object of texts`;
  }
  for (const name of ['redeploy', 'hold'])
    if (typeof given[name] !== 'boolean') return `"${name}" is not true or false`;
  const badAuthor = whyNoAuthor(given);
  if (badAuthor !== null) return badAuthor;
  const { overrides, release } = given;
  if (release !== undefined && !(isRecord(release) && isName(release['releaseId']) && isName(release['workflowId'])))
    return '"release" is no object with "releaseId" and "workflowId"';
  return isRecord(overrides) ? whyBadOverrides(overrides) : '"overrides" is no object';
}

/** Why one of these is no name, id or image, or null when all are. */
export function whyNoNames(given: Fields, names: readonly string[]): string | null {
  const bad = names.find((name) => !isName(given[name]));
  return bad === undefined ? null : `"${bad}" is no text of 1 to ${NAME_LIMIT} characters`;
}

/** Why nobody is named who asks, or null when somebody is. */
export function whyNoAuthor({ author }: Fields): string | null {
  if (!isRecord(author) || typeof author['by'] !== 'string') return '"author" is no object with "by", a text';
  return author['why'] !== undefined && typeof author['why'] !== 'string' ? '"author.why" is no text' : null;
}

function whyBadOverrides(overrides: Fields): string | null {
  const { onPending, startFirst } = overrides;
  if (onPending !== undefined && !ON_PENDING.some((known) => known === onPending))
    return `"overrides.onPending" is not one of ${ON_PENDING.join(', ')}`;
  if (startFirst !== undefined && typeof startFirst !== 'boolean') return '"overrides.startFirst" is not true or false';
  for (const name of ['batchSize', 'batchIntervalMillis', 'timeoutMillis', 'soakMillis']) {
    const value = overrides[name];
    if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value) && value >= 0))
      return `"overrides.${name}" is no whole number`;
  }
  return whyUnknown(overrides, OVERRIDE_FIELDS);
}

/** An object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** A text of a bearable length. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LIMIT;
}

/** A whole number within bounds. */
export function isWhole(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

/** An object, and no list. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
