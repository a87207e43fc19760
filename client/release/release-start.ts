import type { ReleaseMemo } from '../../workflows/release-contract';
import type { CoordinatorStart } from '../temporal/coordinators';
import type { BuiltRelease } from './build-release';

/** What the workflow of a release is started with. */
export function releaseStart({ request, waves, digest }: BuiltRelease): CoordinatorStart {
  const { requestId, releaseId, author, name } = request;
  const memo: ReleaseMemo = { requestId, releaseId, requestDigest: digest, requestedBy: author.by };
  const environments = [...new Set(request.services.map(({ environment }) => environment))].join(', ');
  const stacks = [...new Set(request.services.map(({ stack }) => stack))].join(', ');
  return {
    id: releaseId,
    args: [{ request, waves }],
    memo: { ...memo },
    attributes: {
      DroverRelease: releaseId,
      DroverRequester: author.by,
      DroverRequest: requestId,
      DroverPhase: 'checking',
      DroverEnvironment: environments,
      DroverStack: stacks,
    },
    summary: `${name ?? 'release'}: ${String(request.services.length)} services in ${environments}, by ${author.by}`,
  };
}
