import type { Outgoing, Reply } from './exchange';
import { ForbiddenError } from './errors/forbidden-error';
import { InvalidRequestError } from './errors/invalid-request-error';
import { NotFoundError } from './errors/not-found-error';
import { NotPermittedActionError } from './errors/not-permitted-action-error';
import { NotRancherError } from './errors/not-rancher-error';
import type { RancherError, RancherErrorDetails } from './errors/rancher-error';
import { RefusedByStateError } from './errors/refused-by-state-error';
import { ServerTroubleError } from './errors/server-trouble-error';
import { ThrottledError } from './errors/throttled-error';
import { UnauthorisedError } from './errors/unauthorised-error';
import { excerptOf } from './excerpt';
import { ExcessiveJsonError, isJsonObject, ownValue, parseJson } from './json';
import type { JsonObject, JsonValue } from './json';
import type { Redact } from './redact';
import { parseRetryAfter } from './retry-after';
import { oneLine } from './wording';

/** Words of Rancher's, at most so many characters of each. */
const MAX_WORDS = 500;

/**
 * Turns a reply into the JSON of a success, or into the error that its status and Rancher's `code` stand for.
 *
 * The status alone decides only where any server means the same by it (401, 403, 429, 5xx). A 400, 404, 409 or 422 counts
 * as Rancher's only in Rancher's own words: a proxy's "404" must not pass for "this service does not exist".
 *
 * @throws one of the errors in `errors/`.
 */
export function classifyReply(outgoing: Outgoing, reply: Reply, redact: Redact): JsonObject {
  const { body, excess } = tryJson(reply.text);
  if (reply.status >= 200 && reply.status < 300) {
    if (isJsonObject(body) && ownValue(body, 'type') !== 'error') return body;
    throw notRancher(outgoing, reply, redact, body, excess);
  }
  if (reply.status >= 300 && reply.status < 400) throw redirected(outgoing, reply, redact);
  throw refusal(outgoing, reply, redact, body);
}

function refusal(outgoing: Outgoing, reply: Reply, redact: Redact, body: JsonValue | undefined): RancherError {
  const { status } = reply;
  const rancher = isJsonObject(body) && ownValue(body, 'type') === 'error' ? body : undefined;
  const word = (key: string): string | undefined => {
    const value = rancher === undefined ? undefined : ownValue(rancher, key);
    return typeof value === 'string' && value !== '' ? oneLine(redact(value)).slice(0, MAX_WORDS) : undefined;
  };
  const [code, fieldName, message, detail] = [word('code'), word('fieldName'), word('message'), word('detail')];
  const details: RancherErrorDetails = {
    request: outgoing.request,
    status,
    code,
    fieldName,
    detail: [message, detail].filter((part) => part !== undefined && part !== code).join(': ') || undefined,
    retryAfterMillis: parseRetryAfter(reply.retryAfter),
  };
  const words = [code, fieldName === undefined ? undefined : `field ${JSON.stringify(fieldName)}`, details.detail]
    .filter((part) => part !== undefined)
    .join(', ');
  const said = `${outgoing.request} on ${outgoing.host}: ${status}${words === '' ? '' : ` ${words}`}`;
  const stranger =
    rancher === undefined ? " The answer is not in Rancher's words: it may come from a proxy in between." : '';

  if (status === 401) {
    return new UnauthorisedError(
      `${said}. The access key or the secret key is not accepted; check both.${stranger}`,
      details,
    );
  }
  if (status === 403 && outgoing.method !== 'GET') {
    return new ForbiddenError(
      `${said}. This key may not do that, or may not see the environment any more; nothing was changed.${stranger}`,
      details,
    );
  }
  if (status === 403) {
    return new ForbiddenError(
      `${said}. The environment does not exist, or this key may not see it; check the environment's id and which key is used.${stranger}`,
      details,
    );
  }
  if (status === 429) {
    const when =
      details.retryAfterMillis === undefined ? 'later' : `in ${Math.ceil(details.retryAfterMillis / 1000)} s`;
    return new ThrottledError(`${said}. Too many requests; come back ${when}.`, details);
  }
  if (status >= 500 || status === 408) {
    const after =
      outgoing.method === 'GET'
        ? 'Try again.'
        : 'It may have taken effect: read the service before anything is sent again.';
    const excerpt = rancher === undefined ? excerptOf(reply.text, reply.contentType, redact) : '';
    return new ServerTroubleError(
      `${said}. Rancher or a gateway before it is in trouble.${excerpt === '' ? '' : ` It says: ${excerpt}`} ${after}`,
      details,
    );
  }
  if (rancher === undefined) return notRancher(outgoing, reply, redact, body);
  if (status === 404) return new NotFoundError(`${said}. Rancher has no such resource.`, details);
  if (status === 409 || (status === 422 && code === 'ActionNotAvailable')) {
    return new RefusedByStateError(
      `${said}. The service is in a state in which this is not offered; read it to see which, nothing was changed.`,
      details,
    );
  }
  // 405 is what it says to a read-only key that creates or removes something.
  if (status === 405 || (status === 422 && code === 'InvalidAction')) {
    return new NotPermittedActionError(
      `${said}. This key may not do that (a read-only key, say); use a key that may. Nothing was changed.`,
      details,
    );
  }
  return new InvalidRequestError(`${said}. Rancher rejected it as invalid; nothing was changed.`, details);
}

function redirected(outgoing: Outgoing, reply: Reply, redact: Redact): NotRancherError {
  const target = resolveLocation(reply.location, outgoing.url);
  const from = new URL(outgoing.url);
  const said = `${outgoing.request} on ${outgoing.host}: ${reply.status}, a redirect`;
  const details = { request: outgoing.request, status: reply.status };
  if (target === undefined) return new NotRancherError(`${said} to nowhere. Is the URL that of Rancher?`, details);
  const shown = redact(`${target.origin}${target.pathname}`).slice(0, MAX_WORDS);
  const origin = redact(target.origin).slice(0, MAX_WORDS);
  if (target.pathname === from.pathname && (target.protocol !== from.protocol || target.host !== from.host)) {
    return new NotRancherError(
      `${said} to ${origin}. The keys are not sent after it: configure the URL ${origin} if that is your Rancher.`,
      details,
    );
  }
  return new NotRancherError(
    `${said} to ${shown}, which is not Rancher's API (a login page of a proxy?). Configure the URL at which the API itself answers.`,
    details,
  );
}

function resolveLocation(location: string | null, base: string): URL | undefined {
  if (location === null) return undefined;
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

function notRancher(
  outgoing: Outgoing,
  reply: Reply,
  redact: Redact,
  body: JsonValue | undefined,
  excess?: string,
): NotRancherError {
  const excerpt = body === undefined ? excerptOf(reply.text, reply.contentType, redact) : '';
  const what =
    body !== undefined
      ? 'JSON, but not in the shape of Rancher'
      : reply.text.trim() === ''
        ? 'an empty body'
        : /^\s*[[{]/.test(reply.text)
          ? (excess ?? 'JSON that is cut off or damaged')
          : /html/i.test(reply.contentType) || /^\s*</.test(reply.text)
            ? 'an HTML page'
            : 'something that is not JSON';
  return new NotRancherError(
    `${outgoing.request} on ${outgoing.host}: ${reply.status} with ${what}, not an answer of Rancher's API.${excerpt === '' ? '' : ` It says: ${excerpt}`} Check the URL, and any proxy in between.`,
    { request: outgoing.request, status: reply.status },
  );
}

function tryJson(text: string): { body: JsonValue | undefined; excess?: string } {
  try {
    return { body: parseJson(text) };
  } catch (error) {
    return error instanceof ExcessiveJsonError
      ? { body: undefined, excess: `JSON that cannot be held (${error.message})` }
      : { body: undefined };
  }
}
