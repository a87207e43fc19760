import { pin } from '../../decision/promotion';
import { imagesOfPinned } from '../../decision/promotion';
import type { PipelineRun } from '../pipeline-run';
import { PipelineEnded } from './pipeline-ended';
import { readStack } from './read-stack';

/** Reads what the first stage takes its images from, and pins it: every stage releases just that, whatever is deployed meanwhile. */
export async function pinSource(run: PipelineRun): Promise<void> {
  const { stack, services, stages } = run.request;
  const from = stages[0]?.from ?? '';
  const reading = await readStack(from, stack);
  const pinning = pin(reading, from, services);
  if (!pinning.ok)
    throw new PipelineEnded(
      'refused',
      `${pinning.problems.join('; ')}. Only what is proven to run is promoted; nothing was begun`,
      'Mend what it names, then promote again.',
    );
  run.pinned = pinning.pinned;
  run.note('info', '', `pinned to what ${from} runs: ${run.pinned.flatMap(imagesOfPinned).join(', ')}`);
}
