import { isGrpcServiceError } from '@temporalio/client';

/** What a failed call to Temporal means for the one who called. */
export type GrpcTrouble =
  | 'no answer in time'
  | 'connection lost'
  /** The workflow cannot take it at this moment: its task failed or timed out, say, and is about to be tried again. */
  | 'not ready'
  | 'not found'
  | 'invalid'
  | 'not allowed'
  | 'other';

// https://grpc.io/docs/guides/status-codes/ Those that come in passing are the ones that the SDK tries again by itself, before it lets
// them through: UNKNOWN is what Temporal makes of whatever goes wrong inside of it ("something went wrong, please retry").
const BY_CODE: Readonly<Record<number, GrpcTrouble>> = {
  1: 'no answer in time',
  2: 'connection lost',
  3: 'invalid',
  4: 'no answer in time',
  5: 'not found',
  7: 'not allowed',
  8: 'connection lost',
  9: 'not ready',
  10: 'not ready',
  13: 'connection lost',
  14: 'connection lost',
  15: 'connection lost',
  16: 'not allowed',
};

/** Classifies an error of the SDK by the gRPC status in it or in its causes; `undefined` where there is none. */
export function grpcTroubleOf(error: unknown): { trouble: GrpcTrouble; details: string } | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at)) return { trouble: BY_CODE[at.code] ?? 'other', details: at.details };
  }
  return undefined;
}
