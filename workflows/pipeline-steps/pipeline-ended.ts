import type { Verdict } from '../../decision/verdict';

/** How a pipeline ends: thrown by a step, turned into the result by the workflow. It never leaves the workflow. */
export class PipelineEnded extends Error {
  override name = 'PipelineEnded' as const;

  constructor(
    readonly verdict: Verdict,
    readonly reason: string,
    readonly nextStep: string,
  ) {
    super(reason);
  }
}
