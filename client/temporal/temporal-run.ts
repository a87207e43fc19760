import { setMaxListeners } from 'node:events';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { PROGRESS } from '../../workflows/contract';
import type { DeploymentResult, Progress } from '../../workflows/contract';
import type { FollowedRun } from '../follow/followed-run';
import { SilenceError } from '../follow/silence-error';
import type { Outcome } from '../outcome';
import { grpcTroubleOf } from './grpc-trouble';
import { outcomeOfFailure, outcomeOfResult } from './outcome-of-run';

/** How long one query, or one look at the run, may take, milliseconds. */
const QUERY_LIMIT_MILLIS = 5000;
/** How long Temporal may take to say that it is there, milliseconds. */
const ASK_LIMIT_MILLIS = 2000;

/** One run of a deployment's workflow, as the follower wants it. */
export class TemporalRun implements FollowedRun {
  private readonly handle: WorkflowHandle;

  constructor(
    private readonly client: Client,
    readonly workflowId: string,
    readonly runId: string,
    private readonly target: string,
  ) {
    this.handle = client.workflow.getHandle(workflowId, runId);
  }

  /** @throws SilenceError where no worker or no Temporal answers, or the worker cannot go on for now */
  async progress(signal?: AbortSignal): Promise<Progress> {
    try {
      const query = (): Promise<Progress> => this.handle.query<Progress>(PROGRESS);
      return await this.client.withDeadline(Date.now() + QUERY_LIMIT_MILLIS, () => this.stoppable(query, signal));
    } catch (error) {
      throw new SilenceError((await this.isAway(error, signal)) ? 'no connection' : 'no worker', { cause: error });
    }
  }

  /** @throws SilenceError where Temporal does not answer */
  async running(signal?: AbortSignal): Promise<boolean> {
    try {
      const describe = (): ReturnType<WorkflowHandle['describe']> => this.handle.describe();
      const deadline = Date.now() + QUERY_LIMIT_MILLIS;
      const { status } = await this.client.withDeadline(deadline, () => this.stoppable(describe, signal));
      return status.name === 'RUNNING';
    } catch (error) {
      // What Temporal does not know any more does not run.
      if (error instanceof WorkflowNotFoundError) return false;
      if (grpcTroubleOf(error) !== undefined) throw new SilenceError('no connection', { cause: error });
      throw error;
    }
  }

  /** @throws SilenceError where the connection is lost */
  async outcome(signal?: AbortSignal): Promise<Outcome> {
    try {
      const result: unknown = await this.stoppable(() => this.handle.result(), signal);
      return outcomeOfResult(result as DeploymentResult);
    } catch (error) {
      const known = outcomeOfFailure(error, this.target);
      if (known !== undefined) return known;
      if (grpcTroubleOf(error) !== undefined) throw new SilenceError('no connection', { cause: error });
      throw error;
    }
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
