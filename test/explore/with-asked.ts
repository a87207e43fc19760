import type { Drover } from './drover';
import { isRestoring, waitingAt } from './drover';
import { goRestore } from './flow-restore';

/**
 * `throwIfRestoreAsked`, which every step calls between two waits: a restore that somebody asked for begins before the next read, and
 * before an activity that acts is called. Once the finish was sent it is too late.
 */
export function withAsked(before: Drover, next: Drover): Drover {
  if (next.restoreAsked === null || isRestoring(next)) return next;
  const waits = waitingAt(next.at);
  const isCalled = waits === 'activity' && next.at !== 'finish.act' && next.at !== before.at;
  const isReading = waits === 'read' && next.at !== 'finish.read';
  return isReading || isCalled ? goRestore(next, { then: next.restoreAsked, cause: 'person' }) : next;
}
