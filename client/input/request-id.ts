import { createHash, randomBytes } from 'node:crypto';
import type { CiBuild } from './ci-build';

/** Longest request id: it is a search attribute of type Keyword, which holds 255 characters. */
export const REQUEST_ID_LIMIT = 200;

/** What a request id may look like when a person gives it. */
export const REQUEST_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:/#@+=-]*$/;

/**
 * The request id of one service's deployment in a CI build: the same for a command that is killed and run again within one attempt,
 * another one for a retried job, and one per service, so that a build may deploy several.
 */
export function requestIdOfBuild(build: CiBuild, environment: string, stack: string, service: string): string {
  const id = [...build.identity, environment, stack, service]
    .map((part) => part.replaceAll(/[^A-Za-z0-9._:/#@+=-]+/g, '-'))
    .join('/');
  if (id.length <= REQUEST_ID_LIMIT) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 16);
  return `${id.slice(0, REQUEST_ID_LIMIT - digest.length - 1)}/${digest}`;
}

/** A new request id, where no build gives one: the day, to find it again, and 48 random bits. */
export function newRequestId(now: Date): string {
  return `r-${now.toISOString().slice(0, 10)}-${randomBytes(6).toString('hex')}`;
}
