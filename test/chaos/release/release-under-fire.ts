import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { BuiltRelease } from '../../../client/release/build-release';
import type { ReleaseHandle } from '../../../client/drover-client';
import { workflowIdOf } from '../../../workflows/contract';
import { laneIdOf } from '../../../workflows/lane-contract';
import type { DecisionMemo, ReleaseProgress, ReleaseResult } from '../../../workflows/release-contract';
import { decisionIdOf } from '../../../workflows/release-contract';
import { patiently, until } from '../kill/patiently';
import type { CasePlan, PlannedService } from './case-plan';
import { lookAt } from './look';
import type { ReleaseStack } from './release-stack';
import { STACK } from './release-stack';
import { builtRelease, environmentOf } from './release-world';
import type { ReleaseSeen, ServiceLook } from './seen';

type Releasing = Exclude<CasePlan, { kind: 'lane' }>;

const LIMIT_MILLIS = 240_000;
/** Nothing runs for so long: nothing more is to come. */
const QUIET_MILLIS = 3_000;
const LOOK_EVERY_MILLIS = 100;

/** One release on a stack of its own, asked for and watched through the client library. */
export class ReleaseUnderFire {
  readonly built: BuiltRelease;
  readonly #before = new Map<string, ServiceLook>();

  constructor(
    readonly target: ReleaseStack,
    readonly plan: Releasing,
  ) {
    this.built = builtRelease(plan);
  }

  get releaseId(): string {
    return this.built.request.releaseId;
  }

  /** Keeps how the services are before anything happens. */
  async remember(): Promise<void> {
    for (const [at, { name }] of this.plan.services.entries()) this.#before.set(name, await this.look(name, at));
  }

  /** Asks for it; from now on the strikes come. */
  async start(): Promise<void> {
    this.target.beginStrikes();
    await patiently(() => this.target.stack.client.startRelease(this.built));
  }

  look(name: string, at: number): Promise<ServiceLook> {
    return lookAt(this.target.stack.rancher, environmentOf(this.plan, at).project, name);
  }

  async progress(): Promise<ReleaseProgress | null> {
    return (await this.#handle()).progress();
  }

  /** Waits until it is as wanted, or over. @returns false where it was over before */
  async until(what: string, wanted: (progress: ReleaseProgress) => boolean): Promise<boolean> {
    let isMet = false;
    await this.#eventually(what, async () => {
      const progress = await this.progress();
      isMet = progress !== null && wanted(progress);
      return isMet || (progress !== null && progress.result !== null);
    });
    return isMet;
  }

  /** Waits for something that Rancher did. */
  untilAction(service: string, action: string): Promise<void> {
    return this.#eventually(`${action} of ${service}`, async () =>
      (await this.target.stack.journal()).some((entry) => entry.name === service && entry.action === action),
    );
  }

  /** Waits for a state of a service; false where the release was over before. */
  async untilState(service: string, at: number, state: string): Promise<boolean> {
    let isMet = false;
    await this.#eventually(`${service} ${state}`, async () => {
      isMet = (await this.look(service, at)).state === state;
      return isMet || (await this.progress())?.result != null;
    });
    return isMet;
  }

  /** What was decided, once it is; null before. */
  async record(): Promise<ReleaseSeen['record']> {
    return patiently(async () => {
      try {
        const { memo, startTime } = await this.target.temporal.workflow
          .getHandle(decisionIdOf(this.releaseId))
          .describe();
        const { decision } = memo as unknown as DecisionMemo;
        return { decision, at: startTime.getTime() };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    });
  }

  /** Waits for the verdict of the release itself. */
  async result(): Promise<ReleaseResult> {
    let result: ReleaseResult | null = null;
    await this.#eventually('the verdict of the release', async () => {
      result = (await this.progress())?.result ?? null;
      return result !== null;
    });
    if (result === null) throw new Error('there is no verdict');
    return result;
  }

  /** Waits until nothing of it runs any more: no release, no deployment, no lane. */
  async ended(): Promise<void> {
    let since = Date.now();
    await this.#eventually('the end of all that runs', async () => {
      const running = await patiently(() => this.#running());
      if (running > 0) since = Date.now();
      return Date.now() - since >= QUIET_MILLIS;
    });
  }

  /** Everything about it, once it is over. */
  async seen(result: ReleaseResult | null): Promise<ReleaseSeen> {
    const { plan, target } = this;
    const services = plan.services.map(async ({ name, wave, scale }, at) => {
      const before = this.#before.get(name) ?? (await this.look(name, at));
      return { name, wave, scale, before, after: await this.look(name, at), verdict: await this.#verdictOf(name, at) };
    });
    return {
      ...{ plan, result, services: await Promise.all(services) },
      journal: await patiently(() => target.stack.journal()),
      record: await this.record(),
    };
  }

  async #verdictOf(name: string, at: number): Promise<string | null> {
    const { alias } = environmentOf(this.plan, at);
    const asked = this.built.waves.flat().find(({ request }) => request.service === name)?.request;
    const handle = await patiently(() => this.target.stack.client.get(alias, STACK, name, asked?.requestId));
    if (handle === null) return null;
    return (await patiently(() => handle.result({ limitMillis: 30_000, watchOn: true }))).verdict;
  }

  async #running(): Promise<number> {
    const ids = this.plan.services.flatMap(({ name }: PlannedService, at) => {
      const { alias } = environmentOf(this.plan, at);
      return [workflowIdOf(alias, STACK, name), laneIdOf(alias, STACK, name)];
    });
    const all = await Promise.all([...ids, this.built.request.releaseId].map((id) => this.#runs(id)));
    return all.filter(Boolean).length;
  }

  async #runs(workflowId: string): Promise<boolean> {
    const id = workflowId === this.releaseId ? `release/${workflowId}` : workflowId;
    try {
      return (await this.target.temporal.workflow.getHandle(id).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  #handle(): Promise<ReleaseHandle> {
    return patiently(async () => {
      const handle = await this.target.stack.client.getRelease(this.releaseId);
      if (handle === null) throw new Error(`Temporal knows no release ${this.releaseId}`);
      return handle;
    });
  }

  #eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    return until(what, holds, { limitMillis: LIMIT_MILLIS, everyMillis: LOOK_EVERY_MILLIS }).then(() => undefined);
  }

  /** A moment of the seed's. */
  moment(): Promise<void> {
    return delay(this.plan.pauseMillis);
  }
}
