import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ReleaseProgress } from '../../workflows/release-contract';
import { RELEASE_PROGRESS } from '../../workflows/release-contract';
import type { FollowedRelease, FollowReleaseOptions, ReleaseOutcome, ReleaseTold } from './follow-release';
import { followRelease } from './follow-release';
import type { ReleaseSummary } from './release-summary';

const QUERY_LIMIT_MILLIS = 5_000;

/** One release, running or over. Whoever holds this changes nothing by watching, or by going away. */
export class ReleaseHandle implements FollowedRelease {
  constructor(
    private readonly client: Client,
    readonly summary: ReleaseSummary,
    readonly how: 'started' | 'attached' | 'over',
  ) {}

  get releaseId(): string {
    return this.summary.releaseId;
  }

  /** Where it is, also when it is over; null where no worker answers. */
  async progress(): Promise<ReleaseProgress | null> {
    try {
      return await this.client.withDeadline(Date.now() + QUERY_LIMIT_MILLIS, () =>
        this.workflow().query<ReleaseProgress>(RELEASE_PROGRESS),
      );
    } catch {
      return null;
    }
  }

  async status(): Promise<string | null> {
    try {
      return (await this.workflow().describe()).status.name.toLowerCase();
    } catch (error) {
      return error instanceof WorkflowNotFoundError ? 'deleted' : null;
    }
  }

  /** Everything that happens, up to one `result`. */
  follow(options: FollowReleaseOptions = {}): AsyncGenerator<ReleaseTold, ReleaseOutcome> {
    return followRelease(this, options);
  }

  /** The newest run: a release that somebody reset goes on as another one. */
  private workflow(): ReturnType<Client['workflow']['getHandle']> {
    return this.client.workflow.getHandle(this.summary.workflowId);
  }
}
