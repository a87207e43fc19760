import type { Client } from '@temporalio/client';
import { ServiceError } from '@temporalio/client';
import { intervene } from '../../../client/temporal/intervene';

const RUN = { workflowId: 'deploy/prod/shop/web', runId: 'run', target: 'prod shop/web' };

/** A client whose update fails with a gRPC status, so often; it notes the updates and the signals that are sent. */
function failingWith(code: number, details: string, times = Infinity) {
  const [updates, signals]: [unknown[], unknown[][]] = [[], []];
  const cause = Object.assign(new Error(details), { code, details, metadata: {} });
  const handle = {
    executeUpdate: (_name: string, { updateId }: { updateId: string }) => {
      updates.push(updateId);
      if (updates.length > times) return Promise.resolve({ phase: 'resolving', meaning: 'ends the deployment' });
      return Promise.reject(new ServiceError('Workflow Update failed', { cause }));
    },
    signal: (...args: unknown[]) => Promise.resolve(void signals.push(args)),
  };
  const client = {
    workflow: { getHandle: () => handle },
    withDeadline: (_deadline: number, call: () => unknown) => call(),
  };
  return { client: client as unknown as Client, signals, updates };
}

const TASK_FAILED = 'Unable to perform workflow execution update due to unexpected workflow task failure.';

describe('a message whose update fails', () => {
  test.each([
    [4, 'no worker answered in time', 'no worker answered'],
    [9, TASK_FAILED, 'it could not be taken just then'],
    [10, 'it was aborted', 'it could not be taken just then'],
  ])('with status %d is kept by Temporal as a signal under the same id', async (code, details, because) => {
    const { client, signals, updates } = failingWith(code, details);
    await expect(intervene(client, RUN, 'cancel', { by: 'jane' })).resolves.toEqual({ how: 'sent', because });
    expect(signals).toEqual([['cancel', { version: 1, by: 'jane', id: expect.any(String) as unknown }]]);
    const [, sent] = signals[0] as [string, { id: string }];
    expect(new Set(updates)).toEqual(new Set([`cancel-${sent.id}`]));
  });

  test('because the task of its workflow has just failed is tried again, and acknowledged', async () => {
    const { client, signals, updates } = failingWith(9, TASK_FAILED, 1);
    await expect(intervene(client, RUN, 'cancel', { by: 'jane' })).resolves.toEqual({
      how: 'acknowledged',
      acknowledgement: { phase: 'resolving', meaning: 'ends the deployment' },
    });
    expect(signals).toEqual([]);
    expect(updates).toHaveLength(2);
    expect(new Set(updates).size).toBe(1);
  });

  test.each([
    [7, 'not allowed'],
    [14, 'unavailable'],
  ])('with status %d is told, and nothing is sent', async (code, details) => {
    const { client, signals } = failingWith(code, details);
    await expect(intervene(client, RUN, 'cancel', {})).rejects.toThrow('Workflow Update failed');
    expect(signals).toEqual([]);
  });
});
