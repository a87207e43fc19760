import type { FollowEvent } from '../follow/follow-event';
import type { Renderer } from './renderer';

/** Shows the same to several. */
export class TeeRenderer implements Renderer {
  constructor(private readonly renderers: readonly Renderer[]) {}

  render(event: FollowEvent): void {
    for (const renderer of this.renderers) renderer.render(event);
  }
}
