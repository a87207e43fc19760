import type { DeploymentRequest } from '../decision/request';
import type { DeploymentSummary } from './deployment-summary';

/** What to do about a request, given what is already there. */
export type StartDecision =
  | { readonly do: 'start' }
  | { readonly do: 'attach'; readonly to: DeploymentSummary }
  | { readonly do: 'report'; readonly on: DeploymentSummary }
  | { readonly do: 'invalid'; readonly other: DeploymentSummary }
  | { readonly do: 'refuse'; readonly busy: DeploymentSummary };

/**
 * One deployment of a service at a time, and one deployment per request: the same request again attaches or reports, the same id
 * with another content is invalid, and another request while one runs is refused.
 *
 * @param latest the newest run of the service's workflow, if there is one
 * @param sameRequest the newest run of this request, running or closed, if there is one
 */
export function decideStart(
  request: Pick<DeploymentRequest, 'requestId'>,
  digest: string,
  latest: DeploymentSummary | null,
  sameRequest: DeploymentSummary | null,
): StartDecision {
  const same = latest?.requestId === request.requestId ? latest : sameRequest;
  if (same !== null) {
    if (same.requestDigest !== digest) return { do: 'invalid', other: same };
    return same.run === 'running' ? { do: 'attach', to: same } : { do: 'report', on: same };
  }
  return latest?.run === 'running' ? { do: 'refuse', busy: latest } : { do: 'start' };
}
