import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { CoordinatorSummary } from './coordinator-summary';
import type {
  CoordinatorOutcome,
  CoordinatorProgress,
  CoordinatorTold,
  CoordinatorWords,
  FollowCoordinatorOptions,
  FollowedCoordinator,
} from './follow-coordinator';
import { followCoordinator } from './follow-coordinator';

/** What a release or a pipeline is asked, and how the answer is read, which may be of another release of Drover. */
export interface CoordinatorQuery<P> {
  readonly name: string;
  readonly read: (answer: unknown) => P;
}

const QUERY_LIMIT_MILLIS = 5_000;

/** One release or pipeline, running or over. Whoever holds this changes nothing by watching, or by going away. */
export class CoordinatorHandle<P extends CoordinatorProgress> implements FollowedCoordinator<P> {
  constructor(
    private readonly client: Client,
    readonly summary: CoordinatorSummary,
    readonly how: 'started' | 'attached' | 'over',
    private readonly query: CoordinatorQuery<P>,
    readonly words: CoordinatorWords<P>,
  ) {}

  get id(): string {
    return this.summary.id;
  }

  /** Where it is, also when it is over; null where no worker answers. */
  async progress(): Promise<P | null> {
    try {
      const answer = await this.client.withDeadline(Date.now() + QUERY_LIMIT_MILLIS, () =>
        this.workflow().query<unknown>(this.query.name),
      );
      return this.query.read(answer);
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
  follow(options: FollowCoordinatorOptions = {}): AsyncGenerator<CoordinatorTold<P>, CoordinatorOutcome<P>> {
    return followCoordinator(this, this.words, options);
  }

  /** The newest run: what somebody reset goes on as another one. */
  private workflow(): ReturnType<Client['workflow']['getHandle']> {
    return this.client.workflow.getHandle(this.summary.workflowId);
  }
}
