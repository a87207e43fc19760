import type { FollowEvent } from '../follow/follow-event';

/** Shows what happens to a deployment: one for a terminal, one for the log of a CI system, one for machines, over the same events. */
export interface Renderer {
  render(event: FollowEvent): void;
}

/** Where a renderer writes. */
export type Write = (text: string) => void;
