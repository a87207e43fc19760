import type { PipelineProgress } from '../../workflows/pipeline-contract';
import type { CoordinatorOutcome, CoordinatorWords } from '../coordinator/follow-coordinator';

type Outcome = CoordinatorOutcome<PipelineProgress>;

/** What is said of a pipeline that is followed. */
export function pipelineWords(pipelineId: string): CoordinatorWords<PipelineProgress> {
  return {
    what: 'pipeline',
    detached: (why): Outcome => ({
      verdict: 'detached',
      reason: `The client stopped waiting: ${why}; the pipeline goes on.`,
      nextStep: `Watch it with "drover pipelines ${pipelineId} --watch", stop it with "drover cancel --pipeline ${pipelineId}".`,
      result: null,
    }),
    endedFromOutside: (status): Outcome => ({
      verdict: 'interfered',
      reason: `Someone ended the workflow of the pipeline: it is ${status} in Temporal. A release that it had begun goes on by itself.`,
      nextStep: `See what runs: drover releases --running; where the pipeline was: drover pipelines ${pipelineId}`,
      result: null,
    }),
    // It waits for people, and so does whoever follows it.
    interim: (): null => null,
  };
}
