import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../../decision/verdict';
import type { PipelineEvent, PipelineProgress, PipelineResult } from '../../workflows/pipeline-contract';

/** How a pipeline ended, as far as whoever followed it knows. */
export interface PipelineOutcome {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  readonly result: PipelineResult | null;
}

/** What whoever follows a pipeline is told. */
export type PipelineTold =
  | { readonly type: 'event'; readonly event: PipelineEvent }
  | { readonly type: 'notice'; readonly at: number; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'progress'; readonly progress: PipelineProgress }
  | { readonly type: 'result'; readonly outcome: PipelineOutcome };

/** Where it is asked. */
export interface FollowedPipeline {
  readonly pipelineId: string;
  /** Null: no worker answers for now. */
  progress(): Promise<PipelineProgress | null>;
  /** As Temporal sees its workflow; null where it does not answer. */
  status(): Promise<string | null>;
}

/** How a pipeline is followed. Times in milliseconds. */
export interface FollowPipelineOptions {
  /** Between two looks. Default 1000. */
  readonly intervalMillis?: number;
  /** When to stop, whatever the pipeline does. Default 24 hours. */
  readonly limitMillis?: number;
  /** Aborted where the client is asked to stop: the pipeline goes on. */
  readonly signal?: AbortSignal;
}

const FOLLOW_LIMIT_MILLIS = 24 * 3_600_000;

/** Tells everything that happens to a pipeline, and ends with one `result`. Nothing here changes the pipeline. */
export async function* followPipeline(
  pipeline: FollowedPipeline,
  options: FollowPipelineOptions = {},
): AsyncGenerator<PipelineTold, PipelineOutcome> {
  const deadline = Date.now() + (options.limitMillis ?? FOLLOW_LIMIT_MILLIS);
  let seen = 0;
  let isSilent = false;
  for (;;) {
    const progress = await pipeline.progress();
    const status = progress?.result == null ? await pipeline.status() : null;
    if (progress === null) {
      if (!isSilent && (status === null || status === 'running'))
        yield notice('warning', 'no worker answers: the pipeline waits for one (nothing is lost); still watching');
      isSilent = true;
    } else {
      if (isSilent) yield notice('info', 'the worker answers again');
      isSilent = false;
      const fresh = Math.min(progress.eventCount - seen, progress.events.length);
      for (const event of fresh > 0 ? progress.events.slice(-fresh) : []) yield { type: 'event', event };
      seen = progress.eventCount;
      yield { type: 'progress', progress };
      if (progress.result !== null) {
        const { verdict, reason, nextStep } = progress.result;
        return yield* end({ verdict, reason, nextStep, result: progress.result });
      }
    }
    if (status !== null && status !== 'running' && status !== 'completed')
      return yield* end(endedFromOutside(pipeline.pipelineId, status));
    const why =
      options.signal?.aborted === true
        ? 'it was asked to stop'
        : Date.now() >= deadline
          ? 'the time to follow it is over'
          : null;
    if (why !== null) return yield* end(detached(pipeline.pipelineId, why));
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    await delay(options.intervalMillis ?? 1000, null, signal).catch(() => null);
  }
}

function notice(level: 'info' | 'warning', text: string): PipelineTold {
  return { type: 'notice', at: Date.now(), level, text };
}

async function* end(outcome: PipelineOutcome): AsyncGenerator<PipelineTold, PipelineOutcome> {
  yield { type: 'result', outcome };
  return outcome;
}

/** The client stops; the pipeline does not. */
export function detached(pipelineId: string, why: string): PipelineOutcome {
  return {
    verdict: 'detached',
    reason: `The client stopped waiting: ${why}; the pipeline goes on.`,
    nextStep: `Watch it with "drover pipelines ${pipelineId} --watch", stop it with "drover cancel --pipeline ${pipelineId}".`,
    result: null,
  };
}

function endedFromOutside(pipelineId: string, status: string): PipelineOutcome {
  return {
    verdict: 'interfered',
    reason: `Someone ended the workflow of the pipeline: it is ${status} in Temporal. A release that it had begun goes on by itself.`,
    nextStep: `See what runs: drover releases --running; where the pipeline was: drover pipelines ${pipelineId}`,
    result: null,
  };
}
