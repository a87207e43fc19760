import type { DecisionMemo } from './release-contract';

/**
 * The record of what was decided for all deployments of a release. It does nothing: that Temporal starts one workflow of an id is what
 * makes it one decision. What was decided is in its memo, which can be read whatever becomes of it.
 */
export async function releaseDecision(decided: DecisionMemo): Promise<DecisionMemo> {
  return Promise.resolve(decided);
}
