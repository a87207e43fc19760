import { ServiceError } from '@temporalio/client';
import { UnreachableError } from '../../../client/errors/unreachable-error';
import { explainTrouble } from '../../../client/temporal/explain-trouble';
import { grpcTroubleOf } from '../../../client/temporal/grpc-trouble';

const SETTINGS = { address: '127.0.0.1:7233', from: 'the default', namespace: 'default' } as Parameters<
  typeof explainTrouble
>[1];

/** As the SDK throws it: with gRPC's own error as its cause. */
const failed = (code: number, details: string): Error =>
  new ServiceError('Workflow Update failed', {
    cause: Object.assign(new Error(details), { code, details, metadata: {} }),
  });

/** What a server in trouble answers, or one that was killed: the SDK tries these again, and lets them through in the end. */
const PASSING: readonly (readonly [number, string, string, string])[] = [
  [2, 'UNKNOWN', 'something went wrong, please retry (1a2b3c4d)', 'connection lost'],
  [8, 'RESOURCE_EXHAUSTED', 'namespace rate limit exceeded', 'connection lost'],
  [9, 'FAILED_PRECONDITION', 'workflow task in failed state', 'not ready'],
  [10, 'ABORTED', 'shard ownership lost', 'not ready'],
  [13, 'INTERNAL', 'something went wrong, please retry (1a2b3c4d)', 'connection lost'],
  [14, 'UNAVAILABLE', 'No connection established', 'connection lost'],
  [15, 'DATA_LOSS', 'corrupted', 'connection lost'],
];

describe('what a failed call to Temporal means', () => {
  test.each(PASSING)(
    '%i, %s: nobody was reached, whatever became of it; never a bug of ours',
    (code, _, details, trouble) => {
      const error = failed(code, details);
      expect(grpcTroubleOf(error)).toEqual({ trouble, details });
      const told = explainTrouble(error, SETTINGS);
      expect(told).toBeInstanceOf(UnreachableError);
      expect(told).toMatchObject({ nextStep: expect.stringMatching(/^Run the same command again/) as string });
    },
  );

  test.each([
    [1, 'no answer in time'],
    [4, 'no answer in time'],
    [3, 'invalid'],
    [5, 'not found'],
    [7, 'not allowed'],
    [16, 'not allowed'],
    [11, 'other'],
    [12, 'other'],
  ] as const)('%i is told as "%s"', (code, trouble) => {
    expect(grpcTroubleOf(failed(code, 'x'))).toEqual({ trouble, details: 'x' });
  });

  test('an error without a status is none of these', () => {
    expect(grpcTroubleOf(new TypeError('x'))).toBeUndefined();
  });
});
