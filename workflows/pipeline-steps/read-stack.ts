import { ActivityFailure } from '@temporalio/workflow';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { StackReading } from '../../decision/promotion';
import { activitiesOf } from '../activity-options';
import { PipelineEnded } from './pipeline-ended';

/**
 * Reads what a stack runs in an environment, by a worker of that.
 *
 * @throws PipelineEnded where none answers within five minutes, or Rancher refuses
 */
export async function readStack(environment: string, stack: string): Promise<StackReading> {
  const { resolve } = activitiesOf(environment, DEFAULT_POLICY);
  try {
    return await resolve.readStack({ environment, stack });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const words = error.cause?.message ?? error.message;
    throw new PipelineEnded(
      'unreachable',
      `${stack} in ${environment} cannot be read: ${words}`,
      'Look at the worker of the environment and at its Rancher, then promote again.',
    );
  }
}
