import type { Client } from '@temporalio/client';
import { ServiceError } from '@temporalio/client';
import { intervene } from '../../../client/temporal/intervene';

const RUN = { workflowId: 'deploy/prod/shop/web', runId: 'run', target: 'prod shop/web' };

/** A client whose update fails with a gRPC status; it notes the signals that are sent. */
function failingWith(code: number, details: string): { client: Client; signals: unknown[][] } {
  const signals: unknown[][] = [];
  const cause = Object.assign(new Error(details), { code, details, metadata: {} });
  const handle = {
    executeUpdate: () => Promise.reject(new ServiceError('Workflow Update failed', { cause })),
    signal: (...args: unknown[]) => Promise.resolve(void signals.push(args)),
  };
  const client = {
    workflow: { getHandle: () => handle },
    withDeadline: (_deadline: number, call: () => unknown) => call(),
  };
  return { client: client as unknown as Client, signals };
}

describe('a message whose update fails', () => {
  test.each([
    [4, 'no worker answered in time'],
    [9, 'Unable to perform workflow execution update due to unexpected workflow task failure.'],
    [10, 'it was aborted'],
  ])('with status %d is kept by Temporal as a signal under the same id', async (code, details) => {
    const { client, signals } = failingWith(code, details);
    await expect(intervene(client, RUN, 'cancel', { by: 'jane' })).resolves.toEqual({ how: 'sent' });
    expect(signals).toEqual([['cancel', { by: 'jane', id: expect.any(String) as unknown }]]);
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
