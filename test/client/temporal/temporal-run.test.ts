import { getEventListeners } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { SilenceError } from '../../../client/follow/silence-error';
import { TemporalRun } from '../../../client/temporal/temporal-run';
import { temporalAddress } from '../../support/temporal-cli';

const NONE = { workflowId: 'deploy/none/none/none', runId: '', deploymentId: 'd0' };

describe('asking for a deployment again and again under one signal', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: temporalAddress() });
  });
  afterAll(() => connection.close());

  test('leaves no listener behind: a long watch would gather one a second', async () => {
    const run = new TemporalRun(new Client({ connection }), NONE, 'none none/none');
    const stop = new AbortController();
    const ask = (): Promise<unknown> => run.progress(stop.signal);
    for (let times = 0; times < 12; times += 1) await expect(ask()).rejects.toThrow(SilenceError);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });

  test('asks nobody once the signal is given', async () => {
    const run = new TemporalRun(new Client({ connection }), NONE, 'none none/none');
    await expect(run.outcome(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
