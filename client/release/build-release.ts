import { createHash } from 'node:crypto';
import type { Ticket, WhenBusy } from '../../decision/lane';
import type { ReleaseRequest, ReleaseService } from '../../decision/release';
import { participantKey, releaseOrder } from '../../decision/release-order';
import type { Author } from '../../decision/request';
import { leastVersionOf } from '../../decision/message-version';
import { RELEASE_FIELDS } from '../../decision/why-no-release';
import { releaseWorkflowIdOf } from '../../workflows/release-contract';
import { InvalidInputError } from '../errors/invalid-input-error';
import { buildRequest, defaultAuthor } from '../input/build-request';
import { canonicalJson } from '../input/canonical-json';
import { requestIdProblems } from '../input/check-names';
import type { Environment } from '../input/ci-build';
import { ciBuildOf } from '../input/ci-build';
import { deploymentIdOf } from '../input/deployment-id';
import type { ReleaseInput } from '../input/release/release-input';
import { requestDigestOf } from '../input/request-digest';
import { newRequestId, REQUEST_ID_LIMIT, requestIdOfBuild } from '../input/request-id';

/** How a release is asked for, besides what it is of. */
export interface ReleaseOptions {
  /** Default: from the CI build and its attempt, else made anew. */
  readonly requestId?: string;
  /** Default: the CI build, else user and host. */
  readonly author?: Author;
  /** What is done where another deployment of one of the services runs. Default `reject`. */
  readonly whenBusy?: WhenBusy;
}

/** A release that is ready to be sent. */
export interface BuiltRelease {
  readonly request: ReleaseRequest;
  /** The services in their waves, each as its deployment is asked for. */
  readonly waves: readonly (readonly Ticket[])[];
  /** SHA-256 of what is asked, less who asks and when. */
  readonly digest: string;
  readonly warnings: readonly string[];
}

/** A release has one id, and each of its services one that begins with it. */
const OWN_ID_LIMIT = 100;

/**
 * Makes the request of a release, and those of its deployments.
 *
 * @throws InvalidInputError with everything that is wrong
 */
export function buildRelease(input: ReleaseInput, options: ReleaseOptions, env: Environment, now: Date): BuiltRelease {
  const requestId = options.requestId ?? defaultId(input, env, now);
  const problems = [...requestIdProblems(requestId)];
  if (requestId.length > OWN_ID_LIMIT)
    problems.push({
      where: '--request-id',
      text: `it has ${String(requestId.length)} characters, and a release's may have ${String(OWN_ID_LIMIT)}: its services' begin with it`,
      fix: 'give a shorter one',
    });
  if (problems.length > 0) throw new InvalidInputError(problems);
  const author = options.author ?? { by: defaultAuthor(env) };
  const whenBusy = options.whenBusy ?? 'reject';
  const releaseId = `r${deploymentIdOf(requestId, 'release').slice(1)}`;
  const release = { releaseId, workflowId: releaseWorkflowIdOf(releaseId) };
  const built = input.services.map((service) => {
    const { dependsOn, wave, ...asked } = service;
    const key = participantKey(service);
    const one = buildRequest({ ...asked, requestId: idOfService(requestId, key), author }, env, now);
    const request = { ...one.request, release };
    const ticket: Ticket = { request, digest: requestDigestOf(request), whenBusy };
    return { key, dependsOn, ...(wave === undefined ? {} : { wave }), ticket, warnings: one.warnings };
  });
  const order = releaseOrder(built);
  // Whoever read the input has told it with its place.
  if (!order.ok)
    throw new TypeError(`the services have no order: ${order.problems.map(({ kind }) => kind).join(', ')}`);
  const byKey = new Map(built.map((one) => [one.key, one.ticket]));
  const { onFailure, parallelism, confirm, confirmWithinMillis, name, gates } = input;
  const asked: ReleaseRequest = {
    ...{ requestId, releaseId, onFailure, parallelism, confirm, confirmWithinMillis, whenBusy, gates },
    ...(name === undefined ? {} : { name }),
    services: built.map(({ ticket, dependsOn, wave }) => serviceOf(ticket, dependsOn, wave)),
    author: built[0]?.ticket.request.author ?? author,
  };
  const versions = built.map(({ ticket }) => ticket.request.version ?? 1);
  const request: ReleaseRequest = { version: Math.max(leastVersionOf(asked, RELEASE_FIELDS), ...versions), ...asked };
  return {
    request,
    waves: order.waves.map((wave) => wave.flatMap((key) => byKey.get(key) ?? [])),
    digest: digestOf(request),
    warnings: built.flatMap(({ warnings }) => warnings),
  };
}

function serviceOf({ request }: Ticket, dependsOn: readonly string[], wave: number | undefined): ReleaseService {
  const {
    version: _version,
    requestId: _id,
    deploymentId: _deployment,
    hold: _hold,
    author: _author,
    release: _release,
    ...asked
  } = request;
  return { ...asked, dependsOn, ...(wave === undefined ? {} : { wave }) };
}

function defaultId({ name, services }: ReleaseInput, env: Environment, now: Date): string {
  const build = ciBuildOf(env);
  if (build === undefined) return newRequestId(now);
  // One build may make several releases: what they are of tells them apart.
  const of = createHash('sha256')
    .update(canonicalJson([name ?? null, services.map(participantKey)]))
    .digest('hex')
    .slice(0, 8);
  const id = requestIdOfBuild(build, 'release', of, '').replace(/\/$/, '');
  return id.length <= OWN_ID_LIMIT ? id : `${id.slice(0, OWN_ID_LIMIT - 9)}/${of}`;
}

/** Within what a request id may have: a long name gives way to its digest. */
function idOfService(requestId: string, key: string): string {
  const id = `${requestId}/${key.replaceAll(/[^A-Za-z0-9._:/#@+=-]+/g, '-')}`;
  if (id.length <= REQUEST_ID_LIMIT && !key.includes(' ')) return id;
  return `${requestId}/${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

function digestOf({
  version: _version,
  requestId: _id,
  releaseId: _release,
  author: _author,
  ...asked
}: ReleaseRequest): string {
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}
