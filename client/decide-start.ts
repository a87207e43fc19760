import type { WhenBusy } from '../decision/lane';
import type { DeploymentRequest } from '../decision/request';
import type { DeploymentSummary } from './deployment-summary';

/** What to do about a request, given what is already there. */
export type StartDecision =
  /** To its lane: that decides. */
  | { readonly do: 'enter' }
  | { readonly do: 'attach'; readonly to: DeploymentSummary }
  | { readonly do: 'report'; readonly on: DeploymentSummary }
  | { readonly do: 'invalid'; readonly other: DeploymentSummary }
  | { readonly do: 'refuse'; readonly busy: DeploymentSummary };

/**
 * One deployment per request: the same request again attaches or reports, and the same id with another content is invalid. Another request
 * while one runs does as it was asked: it is refused or attaches at once, or goes to the lane.
 *
 * @param latest the newest run of the service's workflow, if there is one
 * @param sameRequest the newest run of this request, running or closed, if there is one
 */
export function decideStart(
  request: Pick<DeploymentRequest, 'requestId'>,
  digest: string,
  latest: DeploymentSummary | null,
  sameRequest: DeploymentSummary | null,
  whenBusy: WhenBusy,
): StartDecision {
  const same = latest?.requestId === request.requestId ? latest : sameRequest;
  if (same !== null) {
    if (same.requestDigest !== digest) return { do: 'invalid', other: same };
    return same.run === 'running' ? { do: 'attach', to: same } : { do: 'report', on: same };
  }
  if (latest?.run !== 'running') return { do: 'enter' };
  if (whenBusy === 'reject') return { do: 'refuse', busy: latest };
  return whenBusy === 'attach' ? { do: 'attach', to: latest } : { do: 'enter' };
}
