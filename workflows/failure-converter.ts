import { DefaultFailureConverter } from '@temporalio/common';

/** A worker whose codec is on writes "encoded" over the end of this text in the bundle (`worker/bundle/workflow-bundle.ts`). */
const FAILURES: string = 'drover-failures-are-in-clear';

/**
 * What fails in workflows: where the codec is on, messages and stack traces are payloads, and are encrypted. Elsewhere they are in clear
 * text, as Temporal Web shows them.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: FAILURES.endsWith('encoded') });
