import type { PipelineProgress, StageProgress } from '../../workflows/pipeline-contract';
import type { SummaryPart } from './job-summary';
import { standingOf } from './job-summary';
import { SummaryOfCoordinator } from './summary-of-coordinator';

export type SummaryOfPipeline = SummaryOfCoordinator<PipelineProgress>;

/** The summary of a pipeline, or of a promotion. */
export function summaryOfPipeline(title: string, now: number): SummaryOfPipeline {
  return new SummaryOfCoordinator(
    {
      what: 'pipeline',
      textOf: ({ stage, text }) => (stage === '' ? text : `${stage}: ${text}`),
      factsOf: ({ name, stack, images }) => [
        ['Name', name],
        ['Stack', stack],
        ['Promotes', images.join(', ')],
      ],
      partsOf: ({ result, stages }) => (result?.stages ?? stages).flatMap(partsOf),
    },
    title,
    now,
  );
}

/** Its environments; a stage that has none yet is one part itself. */
function partsOf({ name, state, waitsFor, environments }: StageProgress): SummaryPart[] {
  const isBegun = state !== 'waiting';
  const whole = state === 'passed' ? 'passed' : state === 'failed' ? 'failed' : isBegun ? 'error' : 'skipped';
  if (environments.length === 0)
    return [{ name: `stage ${name}`, standing: whole, state, change: '', reason: waitsFor ?? '' }];
  return environments.map(({ environment, verdict, reason, changes }) => ({
    name: `stage ${name}: ${environment}`,
    standing: verdict === null ? whole : standingOf(verdict),
    state: verdict ?? state,
    change: changes.join(', '),
    reason: reason ?? waitsFor ?? '',
  }));
}
