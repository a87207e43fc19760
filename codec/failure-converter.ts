import { DefaultFailureConverter } from '@temporalio/common';

/** For activities where the codec is on (a worker is given this file's path): messages and stack traces become payloads, and are encrypted. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
