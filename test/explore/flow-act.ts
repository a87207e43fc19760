import type { Drover, Place } from './drover';

/** How an activity that acts ended without an answer: `Called` of `workflows/calls.ts`, less the value. */
export type Failed = 'outage' | 'unknown' | 'denied' | 'interrupted';

/** `mayBeUnderWay` of `workflows/calls.ts`; what was refused for good is waited out all the same. */
export function mayBeUnderWay(how: Failed): boolean {
  return how === 'unknown' || how === 'denied';
}

/** Calls an activity that acts: its first attempt reads first. */
export function called(drover: Drover, at: Place, more: Partial<Drover> = {}): Drover {
  return {
    ...drover,
    ...more,
    at,
    attempt: { stage: 'read', isFirst: true, called: false, refused: false },
  };
}
