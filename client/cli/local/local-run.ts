import type { Local } from '../../../worker/local/start-local';
import { targetText } from '../../../decision/target-text';
import type { DroverClient } from '../../drover-client';
import { RefusedError } from '../../errors/refused-error';
import type { FollowEvent } from '../../follow/follow-event';
import type { BuiltRequest } from '../../input/build-request';
import { buildRequest } from '../../input/build-request';
import type { Target, UpgradeInput } from '../../input/upgrade-input';
import type { Outcome } from '../../outcome';
import type { Renderer } from '../../render/renderer';
import type { Io } from '../command';
import { followDeployment } from '../follow-deployment';
import type { WhenInterrupted } from '../follow-deployment';
import { toldLocally, toldOutcome, toldProgress } from './told-locally';
import type { Told } from './told-locally';
import { UnderWay } from './under-way';

/** What a command with `--local` does otherwise than one that asks a server of somebody's. */
export class LocalRun {
  readonly #underWay: UnderWay;

  constructor(
    private readonly local: Local,
    /** As given; undefined: the usual one. */
    private readonly state: string | undefined,
    /** Its signal is aborted, too, where server or worker are gone for good. */
    readonly io: Io,
    private readonly whyGone: () => string | null,
  ) {
    this.#underWay = new UnderWay(local.folder);
  }

  /** Another command runs on the same folder, with server and worker of its own. */
  get isGuest(): boolean {
    return this.local.isGuest;
  }

  /** The request to send: the one that is under way, where the same was asked before and its verdict was not told yet. */
  request(input: UpgradeInput, built: BuiltRequest): BuiltRequest {
    const requestId = built.idFrom === 'given' ? undefined : this.#underWay.requestIdOf(built);
    return requestId === undefined ? built : buildRequest({ ...input, requestId }, this.io.env, new Date());
  }

  /**
   * Starts nothing on a service whose pending upgrade is another installation's. Those who go on with what is under way learn of it
   * from the deployment.
   *
   * @throws RefusedError naming the installation and this one
   */
  async before(client: DroverClient, input: UpgradeInput, built: BuiltRequest): Promise<void> {
    if (this.io.signal.aborted)
      throw new RefusedError(this.whyGone() ?? 'It was asked to stop before anything was started.', 'Run it again.');
    const { environment, stack, service, requestId } = built.request;
    const latest = await client.get(environment, stack, service);
    const same = await client.get(environment, stack, service, requestId);
    if (latest?.deployment.how !== 'attached' && same === null) {
      const { firstStep, then } = await client.plan(input);
      if (then !== undefined)
        throw new RefusedError(
          `${firstStep.replace(/^refuse: /, '')}. This installation is ${this.local.installation} (${this.local.folder}). Nothing was started.`,
          then,
        );
    }
    this.#underWay.begins(built);
  }

  /** Follows a deployment, and remembers whether its verdict was told. */
  async follow(
    handle: Parameters<typeof followDeployment>[0],
    renderer: Renderer,
    options: Parameters<typeof followDeployment>[3],
    built?: BuiltRequest,
    whenInterrupted?: WhenInterrupted,
  ): Promise<number> {
    const told = this.told(handle.deployment);
    const render = (event: FollowEvent): void => {
      renderer.render(this.#toldOf(event, handle.target, told));
      if (event.type !== 'result') return;
      if (built !== undefined && !goesOn(event.outcome)) this.#underWay.ends(built);
    };
    return followDeployment(handle, { render }, this.io, options, whenInterrupted);
  }

  /** How commands are told: for the same folder. */
  told(target: Target): Told {
    return toldLocally(this.state, targetText(target));
  }

  #toldOf(event: FollowEvent, target: string, told: Told): FollowEvent {
    switch (event.type) {
      case 'progress':
        return { ...event, progress: toldProgress(event.progress, told) };
      case 'event':
        return { ...event, event: { ...event.event, text: told(event.event.text) } };
      case 'result':
        return { ...event, outcome: this.#paused(toldOutcome(event.outcome, told), target, told) };
      default:
        return event;
    }
  }

  /** Where the command ends before the deployment does, nobody carries it on. */
  #paused(outcome: Outcome, target: string, told: Told): Outcome {
    // The command whose guest this one is carries it on.
    if (outcome.verdict !== 'detached' || (this.isGuest && this.whyGone() === null)) return outcome;
    const why =
      this.whyGone() ??
      outcome.reason.replace(/; the deployment goes on\.$/, '').replace(/^The client stopped waiting: /, '');
    return {
      ...outcome,
      meaning: 'this command stopped, and the deployment is paused',
      reason: `Stopped: ${why}. The deployment is paused: with --local nobody carries it on when this command has ended, and Rancher is left as it is now.`,
      nextStep: `Run the same command again to resume it, or go back with "${told(`drover cancel ${target}`)}". Its state is in ${this.local.folder}.`,
    };
  }
}

/** The target of a command, in words, for others that find the folder in use. */
export function whatOf(command: string, target: Target | null): string {
  return target === null ? command : `${command} ${targetText(target)}`;
}

/** Whether the deployment lives on after what was told. */
function goesOn({ result, verdict }: Outcome): boolean {
  return result === null && ['held', 'detached', 'needs-attention'].includes(verdict);
}
