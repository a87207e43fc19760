import { hostname, userInfo } from 'node:os';
import { leastVersionOf } from '../../decision/message-version';
import { OVERRIDE_FIELDS, REQUEST_FIELDS } from '../../decision/why-no-request';
import type { Author, DeploymentRequest } from '../../decision/request';
import { workflowIdOf } from '../../workflows/contract';
import { InvalidInputError } from '../errors/invalid-input-error';
import { checkUpgrade } from './check-upgrade';
import { ciBuildOf } from './ci-build';
import type { Environment } from './ci-build';
import { deploymentIdOf } from './deployment-id';
import { requestDigestOf } from './request-digest';
import { newRequestId, requestIdOfBuild } from './request-id';
import type { UpgradeInput } from './upgrade-input';

/** A request that is ready to be sent. */
export interface BuiltRequest {
  readonly request: DeploymentRequest;
  /** SHA-256 of what was asked. */
  readonly digest: string;
  /** Where its id comes from: given, from the CI build, or made anew (then it should be shown). */
  readonly idFrom: 'given' | 'build' | 'new';
  /** What is allowed but worth saying. */
  readonly warnings: readonly string[];
}

const AUTHOR_LIMIT = 200;
const WHY_LIMIT = 1000;

/**
 * Checks what was asked and makes the request of it.
 *
 * @throws InvalidInputError with everything that is wrong
 */
export function buildRequest(input: UpgradeInput, env: Environment, now: Date): BuiltRequest {
  const checked = checkUpgrade(input);
  if (checked.problems.length > 0) throw new InvalidInputError(checked.problems);
  const { environment, stack, service } = input;
  const build = ciBuildOf(env);
  const idFrom = input.requestId !== undefined ? 'given' : build !== undefined ? 'build' : 'new';
  const requestId =
    input.requestId ?? (build === undefined ? newRequestId(now) : requestIdOfBuild(build, environment, stack, service));
  const asked: DeploymentRequest = {
    requestId,
    deploymentId: deploymentIdOf(requestId, workflowIdOf(environment, stack, service)),
    environment,
    stack,
    service,
    ...(checked.image === undefined ? {} : { image: checked.image }),
    sidekicks: checked.sidekicks,
    variables: input.variables ?? {},
    labels: input.labels ?? {},
    redeploy: input.redeploy ?? false,
    hold: input.hold ?? false,
    overrides: input.overrides ?? {},
    author: tidy(input.author ?? { by: defaultAuthor(env) }),
  };
  const request: DeploymentRequest = {
    version: Math.max(leastVersionOf(asked, REQUEST_FIELDS), leastVersionOf(asked.overrides, OVERRIDE_FIELDS)),
    ...asked,
  };
  return { request, digest: requestDigestOf(request), idFrom, warnings: checked.warnings };
}

/** The CI build where there is one, else the user and the host. */
export function defaultAuthor(env: Environment): string {
  return ciBuildOf(env)?.name ?? userAtHost(env);
}

/** Who steps in: the user and the host, and the CI build where there is one. */
export function defaultSender(env: Environment): string {
  const build = ciBuildOf(env);
  return build === undefined ? userAtHost(env) : `${build.name} (${userAtHost(env)})`;
}

function userAtHost(env: Environment): string {
  return `${userName(env)}@${hostname()}`;
}

function userName(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return env['USER'] ?? env['LOGNAME'] ?? 'unknown';
  }
}

function tidy(author: Author): Author {
  const by = oneLine(author.by, AUTHOR_LIMIT);
  return author.why === undefined ? { by } : { by, why: oneLine(author.why, WHY_LIMIT) };
}

/** Control characters (line breaks, terminal escapes) out, white space collapsed, cut to a length. */
export function oneLine(text: string, limit: number): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, limit);
}
