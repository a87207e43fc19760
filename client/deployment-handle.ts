import { targetText } from '../decision/target-text';
import type { DeploymentStory } from './deployment-story';
import type { Explanation } from './explanation';
import type { FollowedDeployment, FollowEvent } from './follow/follow-event';
import { follow } from './follow/follow';
import type { FollowOptions } from './follow/follow';
import type { FollowedRun } from './follow/followed-run';
import type { DeploymentRecord } from './history/deployment-record';
import type { Outcome } from './outcome';
import type { Progress } from '../workflows/contract';

/** One deployment, running or over. Whoever holds this changes nothing by watching, or by going away. */
export class DeploymentHandle {
  constructor(
    readonly deployment: FollowedDeployment,
    private readonly run: FollowedRun,
    private readonly readRecord: () => Promise<DeploymentRecord>,
  ) {}

  /** As a person writes it on the command line: `prod storefront/web`. */
  get target(): string {
    return targetText(this.deployment);
  }

  /** Where it is now. @throws SilenceError where no worker answers */
  progress(): Promise<Progress> {
    return this.run.progress();
  }

  /**
   * What its history in Temporal tells, from the first event on; needs no worker.
   *
   * @throws RefusedError where the history is not there any more
   */
  record(): Promise<DeploymentRecord> {
    return this.readRecord();
  }

  /** All that can be told of it now, from its history and, where a worker answers, in its own words. */
  async story(): Promise<DeploymentStory> {
    // What only some commands need is not loaded by all of them.
    const { storyOf } = await import('./deployment-story.js');
    return storyOf(this, Date.now());
  }

  /** Why it is where it is, and what to do now. */
  async why(): Promise<Explanation> {
    const { explain } = await import('./explanation.js');
    return explain(await this.story());
  }

  /** The deployment as one page of HTML that needs nothing else. */
  async report(): Promise<string> {
    const { reportPage } = await import('./report/report-page.js');
    return reportPage(await this.story());
  }

  /** Everything that happens, up to one `result`; the first event says which deployment it is. */
  async *follow(options: Omit<FollowOptions, 'target'> = {}): AsyncGenerator<FollowEvent, Outcome> {
    yield { type: 'deployment', deployment: this.deployment };
    return yield* follow(this.run, { ...options, target: this.target });
  }

  /** Waits for the verdict. */
  async result(options: Omit<FollowOptions, 'target'> = {}): Promise<Outcome> {
    const events = this.follow(options);
    for (;;) {
      const next = await events.next();
      if (next.done === true) return next.value;
    }
  }
}
