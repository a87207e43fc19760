import { frozenUntil } from '../../decision/freeze';
import type { Hold, HoldsMemo } from '../../workflows/pipeline-contract';
import { verifyApproval } from '../approval/verify-approval';
import { failure } from '../classify-failure';
import type { ReleaseActivities } from '../contract';
import type { ReleaseDependencies } from '../dependencies';

/** The activities of a worker that carries releases and pipelines through: what they ask of Temporal, of the clock and of its keys. */
export function createReleaseActivities(deps: ReleaseDependencies): ReleaseActivities {
  return {
    readDecision: async ({ releaseId }) => {
      const { decision, by } = (await deps.memoOf(`decision/${releaseId}`)) ?? {};
      if ((decision === 'commit' || decision === 'roll-back') && typeof by === 'string') return { decision, by };
      throw failure('NotFound', `the record of the release ${releaseId} does not tell what was decided`);
    },
    readLatest: async ({ workflowId }) => {
      const latest = await deps.latestRunOf(workflowId);
      if (latest === null) return null;
      const deploymentId = latest.memo['deploymentId'];
      return { runId: latest.runId, deploymentId: typeof deploymentId === 'string' ? deploymentId : null };
    },
    readRun: ({ workflowId }) => deps.runOf(workflowId),
    readDeployment: (ref) => deps.deploymentOf(ref),
    readDeployments: ({ workflowIds }) =>
      Promise.all(
        workflowIds.map(async (workflowId) => {
          if ((await deps.runOf(workflowId)) === null) return null;
          const deploymentId = (await deps.memoOf(workflowId))?.['deploymentId'];
          return typeof deploymentId === 'string' ? deploymentId : null;
        }),
      ),
    readHolds: async ({ workflowId }) => {
      const memo = (await deps.memoOf(workflowId)) as Partial<HoldsMemo> | null;
      return Array.isArray(memo?.holds) ? memo.holds.filter(isHold) : [];
    },
    readFreeze: ({ windows, nowMillis }) => Promise.resolve(frozenUntil(windows, nowMillis)),
    verifyApproval: ({ token, ...content }) => {
      const verified = verifyApproval(token, content, deps.approvalKeys(), Date.now());
      return Promise.resolve(verified.valid ? { valid: true, why: `signed with ${verified.keyId}` } : verified);
    },
  };
}

function isHold(given: unknown): given is Hold {
  return typeof given === 'object' && given !== null && 'images' in given && Array.isArray(given.images);
}
