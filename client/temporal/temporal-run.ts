import { setMaxListeners } from 'node:events';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { PROGRESS } from '../../workflows/contract';
import type { DeploymentResult, Progress } from '../../workflows/contract';
import type { RunPlace } from '../follow/follow-event';
import type { FollowedRun } from '../follow/followed-run';
import { SilenceError } from '../follow/silence-error';
import type { Outcome } from '../outcome';
import { grpcTroubleOf } from './grpc-trouble';
import { readProgress } from './read-answer';
import { outcomeOfFailure, outcomeOfResult, wasEndedFromOutside } from './outcome-of-run';

/** How long one query, or one look at the run, may take, milliseconds. */
const QUERY_LIMIT_MILLIS = 5000;
/** How long Temporal may take to say that it is there, milliseconds. */
const ASK_LIMIT_MILLIS = 2000;

/** Which run it is, and whose: the deployment's id stays the same where somebody resets the workflow. */
export interface RunIdentity {
  readonly workflowId: string;
  readonly runId: string;
  readonly deploymentId: string;
}

/**
 * One deployment's workflow, as the follower wants it. Where somebody resets it in Temporal, that run is terminated and a new one goes
 * on with the same input: the same deployment, which is followed on.
 */
export class TemporalRun implements FollowedRun {
  private handle: WorkflowHandle;
  private runId: string;

  constructor(
    private readonly client: Client,
    private readonly identity: RunIdentity,
    private readonly target: string,
    private readonly linkOf: (workflowId: string, runId: string) => string | null = () => null,
  ) {
    this.runId = identity.runId;
    this.handle = client.workflow.getHandle(identity.workflowId, identity.runId);
  }

  get place(): RunPlace {
    return { runId: this.runId, link: this.linkOf(this.identity.workflowId, this.runId) };
  }

  /** @throws SilenceError where no worker or no Temporal answers, or the worker cannot go on for now */
  async progress(signal?: AbortSignal): Promise<Progress> {
    try {
      const query = async (): Promise<Progress> => readProgress(await this.handle.query<unknown>(PROGRESS));
      return await this.inTime(query, signal);
    } catch (error) {
      throw new SilenceError((await this.isAway(error, signal)) ? 'no connection' : 'no worker', { cause: error });
    }
  }

  /** @throws SilenceError where Temporal does not answer */
  async running(signal?: AbortSignal): Promise<boolean> {
    const found = await this.describe(this.handle, signal);
    // What Temporal does not know any more does not run.
    return found?.status.name === 'RUNNING';
  }

  /** @throws SilenceError where the connection is lost */
  async outcome(signal?: AbortSignal): Promise<Outcome> {
    for (;;) {
      try {
        const result: unknown = await this.stoppable(() => this.handle.result(), signal);
        return outcomeOfResult(result as DeploymentResult);
      } catch (error) {
        if (wasEndedFromOutside(error)) {
          if (await this.wentOnAnew(signal)) continue;
          return outcomeOfFailure(error, this.target, await this.lastSeen(signal)) ?? this.unknownEnd(error);
        }
        return outcomeOfFailure(error, this.target) ?? this.unknownEnd(error);
      }
    }
  }

  private unknownEnd(error: unknown): never {
    if (grpcTroubleOf(error) !== undefined) throw new SilenceError('no connection', { cause: error });
    throw error;
  }

  /** Whether the newest run of the workflow is this deployment's own, after a reset: it is followed from now on. */
  private async wentOnAnew(signal: AbortSignal | undefined): Promise<boolean> {
    const { workflowId, deploymentId } = this.identity;
    const newest = await this.describe(this.client.workflow.getHandle(workflowId), signal);
    if (newest === null || newest.runId === this.runId || newest.memo?.['deploymentId'] !== deploymentId) return false;
    this.runId = newest.runId;
    this.handle = this.client.workflow.getHandle(workflowId, newest.runId);
    return true;
  }

  /** Where it was when somebody ended it; null where no worker says so. A closed workflow still answers. */
  private async lastSeen(signal: AbortSignal | undefined): Promise<Progress | null> {
    try {
      return await this.progress(signal);
    } catch (error) {
      if (error instanceof SilenceError) return null;
      throw error;
    }
  }

  /** What Temporal knows of a run; null where it knows none. @throws SilenceError where it does not answer */
  private async describe(
    handle: WorkflowHandle,
    signal: AbortSignal | undefined,
  ): Promise<Awaited<ReturnType<WorkflowHandle['describe']>> | null> {
    try {
      return await this.inTime(() => handle.describe(), signal);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      return this.unknownEnd(error);
    }
  }

  private inTime<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.client.withDeadline(Date.now() + QUERY_LIMIT_MILLIS, () => this.stoppable(call, signal));
  }

  /**
   * Whether it is Temporal that does not answer, and not the worker. Calls on a lost connection are tried again until their time is up, so
   * they end like those that no worker answers: then Temporal is asked for something that needs no worker.
   */
  private async isAway(error: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    const trouble = grpcTroubleOf(error)?.trouble;
    const isStopped = (): boolean => signal?.aborted === true;
    if (trouble !== 'no answer in time' || isStopped()) return trouble === 'connection lost';
    try {
      const ask = (): Promise<unknown> => this.client.workflowService.getSystemInfo({});
      await this.client.withDeadline(Date.now() + ASK_LIMIT_MILLIS, () => this.stoppable(ask, signal));
      return false;
    } catch {
      return !isStopped();
    }
  }

  /**
   * A call that is still under way when the connection closes would be tried again on it. The SDK never takes its listeners off a signal,
   * one for each request: so every call gets a signal of its own, that may have many.
   */
  private async stoppable<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal === undefined) return call();
    signal.throwIfAborted();
    const own = new AbortController();
    setMaxListeners(0, own.signal);
    const stop = (): void => own.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.client.withAbortSignal(own.signal, call);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
