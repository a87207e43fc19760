import type { DecisionMemo } from '../../workflows/release-contract';
import { failure } from '../classify-failure';
import type { ReleaseActivities } from '../contract';
import type { ReleaseDependencies } from '../dependencies';

/** The activities of a worker that carries releases through. */
export function createReleaseActivities(deps: ReleaseDependencies): ReleaseActivities {
  return {
    readDecision: async ({ releaseId }): Promise<DecisionMemo> => {
      const { decision, by } = await deps.memoOf(`decision/${releaseId}`);
      if ((decision === 'commit' || decision === 'roll-back') && typeof by === 'string') return { decision, by };
      throw failure('NotFound', `the record of the release ${releaseId} does not tell what was decided`);
    },
  };
}
