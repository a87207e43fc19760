import type { ParticipantProgress, ReleaseProgress } from '../../workflows/release-contract';
import type { SummaryPart } from './job-summary';
import { standingOf } from './job-summary';
import { SummaryOfCoordinator } from './summary-of-coordinator';

export type SummaryOfRelease = SummaryOfCoordinator<ReleaseProgress>;

/** The summary of a release. */
export function summaryOfRelease(title: string, now: number): SummaryOfRelease {
  return new SummaryOfCoordinator(
    {
      what: 'release',
      textOf: ({ phase, text }) => `${phase}: ${text}`,
      factsOf: ({ name, decision }) => [
        ['Name', name],
        ['Decision', decision],
      ],
      partsOf: ({ result, participants }) => (result?.participants ?? participants).map(partOf),
    },
    title,
    now,
  );
}

function partOf({ environment, stack, service, images, state, verdict, reason }: ParticipantProgress): SummaryPart {
  const isBegun = state !== 'waiting' && state !== 'asked' && state !== 'left-alone';
  return {
    name: `${environment} ${stack}/${service}`,
    standing: verdict !== null ? standingOf(verdict) : isBegun ? 'error' : 'skipped',
    state: verdict ?? state,
    change: images,
    reason: reason ?? '',
  };
}
