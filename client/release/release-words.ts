import type { ReleaseProgress } from '../../workflows/release-contract';
import type { CoordinatorOutcome, CoordinatorWords } from '../coordinator/follow-coordinator';

type Outcome = CoordinatorOutcome<ReleaseProgress>;

/** What is said of a release that is followed. */
export function releaseWords(releaseId: string): CoordinatorWords<ReleaseProgress> {
  return {
    what: 'release',
    detached: (why): Outcome => ({
      verdict: 'detached',
      reason: `The client stopped waiting: ${why}; the release goes on.`,
      nextStep: `Watch it with "drover releases ${releaseId} --watch", stop it with "drover cancel --release ${releaseId}".`,
      result: null,
    }),
    endedFromOutside: (status): Outcome => ({
      verdict: 'interfered',
      reason: `Someone ended the workflow of the release: it is ${status} in Temporal. Its deployments find out what was decided, or take themselves back, all of them alike.`,
      nextStep: `See where they are: drover list --release ${releaseId}`,
      result: null,
    }),
    interim: ({ participants }): Outcome | null => {
      const parked = participants.find(({ state }) => state === 'parked');
      if (parked === undefined) return null;
      const { environment, stack, service, reason } = parked;
      return {
        verdict: 'needs-attention',
        reason: `${stack}/${service} in ${environment} is parked: ${reason ?? 'a person must look'}. The release waits.`,
        nextStep: `See why: drover why ${environment} ${stack}/${service}; mend it, then "drover retry --release ${releaseId}" goes on; or take all back with "drover cancel --release ${releaseId}".`,
        result: null,
      };
    },
  };
}
