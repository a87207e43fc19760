import type { ConnectionOptions } from '@temporalio/client';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Parameters<Interceptor>[1]>;

/** gRPC's number for a call that was called off. */
const CANCELLED = 1;

/**
 * The SDK's own retries, made safe for a connection that is closed meanwhile. A call that waits for its next attempt would make it on
 * the closed channel, which throws where nobody can catch it and ends the whole process; here it ends as called off instead.
 *
 * @param isClosed asked before each attempt; true from just before the channel is closed
 */
export function retriesUntilClosed(isClosed: () => boolean): Interceptor {
  const retrying = makeGrpcRetryInterceptor(defaultGrpcRetryOptions());
  return (options, nextCall) => retrying(options, (again) => (isClosed() ? calledOff() : nextCall(again)));
}

/** A call that is over before it begins. */
function calledOff(): Call {
  const nothing = (): void => undefined;
  return {
    start: (metadata, listener) =>
      listener?.onReceiveStatus?.({ code: CANCELLED, details: 'the connection is closed', metadata }),
    sendMessage: nothing,
    sendMessageWithContext: nothing,
    startRead: nothing,
    halfClose: nothing,
    cancelWithStatus: nothing,
    getPeer: () => '',
    getAuthContext: () => null,
  };
}
