import { ON_PENDING } from './policy';

/** Longest name, id or image of a request, characters. */
const NAME_LIMIT = 1_000;

/**
 * Why something is no request that a deployment can work on, or null when it is one. A client of Drover's sends nothing else; but whoever
 * may reach the namespace can start the workflow with any input, and one that fails in the middle of its code would be tried for ever.
 * No value is repeated: it may be anything.
 */
export function whyNoRequest(given: unknown): string | null {
  if (!isRecord(given)) return 'the input is no request: an object is expected, as the client of Drover sends it';
  for (const name of ['requestId', 'deploymentId', 'environment', 'stack', 'service']) {
    if (!isName(given[name])) return `"${name}" is no text of 1 to ${NAME_LIMIT} characters`;
  }
  if (given['image'] !== undefined && !isName(given['image'])) return '"image" is no text';
  for (const name of ['sidekicks', 'variables', 'labels']) {
    const map = given[name];
    if (!isRecord(map) || !Object.values(map).every((value) => typeof value === 'string'))
      return `"${name}" is no object of texts`;
  }
  for (const name of ['redeploy', 'hold'])
    if (typeof given[name] !== 'boolean') return `"${name}" is not true or false`;
  const { author, overrides } = given;
  if (!isRecord(author) || typeof author['by'] !== 'string') return '"author" is no object with "by", a text';
  if (author['why'] !== undefined && typeof author['why'] !== 'string') return '"author.why" is no text';
  const { release } = given;
  if (release !== undefined && !(isRecord(release) && isName(release['releaseId']) && isName(release['workflowId'])))
    return '"release" is no object with "releaseId" and "workflowId"';
  return isRecord(overrides) ? whyBadOverrides(overrides) : '"overrides" is no object';
}

function whyBadOverrides(overrides: Readonly<Record<string, unknown>>): string | null {
  const { onPending, startFirst } = overrides;
  if (onPending !== undefined && !ON_PENDING.some((known) => known === onPending))
    return `"overrides.onPending" is not one of ${ON_PENDING.join(', ')}`;
  if (startFirst !== undefined && typeof startFirst !== 'boolean') return '"overrides.startFirst" is not true or false';
  for (const name of ['batchSize', 'batchIntervalMillis', 'timeoutMillis', 'soakMillis']) {
    const value = overrides[name];
    if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value) && value >= 0))
      return `"overrides.${name}" is no whole number`;
  }
  return null;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LIMIT;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
