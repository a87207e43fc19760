import type { Payload, PayloadConverter } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';

/**
 * Reads what reaches the workflows; the bundle takes it in the place of the SDK's own (`worker/bundle/workflow-bundle.ts`).
 *
 * A signal with a payload that the SDK's converter cannot read (cut JSON, an encoding of another tool, no metadata at all) would fail the
 * workflow task, and it would fail again at every retry: the deployment could never go on. Anybody who may reach the namespace can send
 * one by mistake. Here such a payload counts as nothing given, and the message for what its name says. What our own activities answer is
 * not forgiven.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload: <T>(payload: Payload, ...[context, hint]: Rest<T>): T => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload, context, hint);
    } catch (error) {
      if (context?.type === 'activity') throw error;
      return undefined as T;
    }
  },
};

type Rest<T> =
  Parameters<typeof defaultPayloadConverter.fromPayload<T>> extends [Payload, ...infer More] ? More : never;
