import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** What a read-only workflow fails with: the activity's own failure, under its name, as the client tells it. */
export async function toldPlainly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.nonRetryable(error.cause.message, error.cause.type ?? 'Unexpected');
  }
}
