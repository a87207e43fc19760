import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../../decision/verdict';
import type { ReleaseEvent, ReleaseProgress, ReleaseResult } from '../../workflows/release-contract';

/** How a release ended, as far as whoever followed it knows. */
export interface ReleaseOutcome {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  /** Null where it is not over, or somebody ended the workflow. */
  readonly result: ReleaseResult | null;
}

/** What whoever follows a release is told. */
export type ReleaseTold =
  | { readonly type: 'event'; readonly event: ReleaseEvent }
  | { readonly type: 'notice'; readonly at: number; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'progress'; readonly progress: ReleaseProgress }
  | { readonly type: 'result'; readonly outcome: ReleaseOutcome };

/** Where it is asked. */
export interface FollowedRelease {
  readonly releaseId: string;
  /** Null: no worker answers for now. */
  progress(): Promise<ReleaseProgress | null>;
  /** As Temporal sees its workflow: `running`, `completed`, `terminated` …; null where it does not answer. */
  status(): Promise<string | null>;
}

/** How a release is followed. Times in milliseconds. */
export interface FollowReleaseOptions {
  /** Between two looks. Default 1000. */
  readonly intervalMillis?: number;
  /** When to stop, whatever the release does. Default 24 hours. */
  readonly limitMillis?: number;
  /** Aborted where the client is asked to stop: the release goes on. */
  readonly signal?: AbortSignal;
  /** Follow on while a service is parked. Default false: a CI job would wait for days. */
  readonly watchOn?: boolean;
}

const FOLLOW_LIMIT_MILLIS = 24 * 3_600_000;

/** Tells everything that happens to a release, and ends with one `result`. Nothing here changes the release. */
export async function* followRelease(
  release: FollowedRelease,
  options: FollowReleaseOptions = {},
): AsyncGenerator<ReleaseTold, ReleaseOutcome> {
  const deadline = Date.now() + (options.limitMillis ?? FOLLOW_LIMIT_MILLIS);
  let seen = 0;
  let isSilent = false;
  for (;;) {
    const progress = await release.progress();
    if (progress === null) {
      const status = await release.status();
      if (status !== null && status !== 'running' && status !== 'completed')
        return yield* end(endedFromOutside(release.releaseId, status));
      if (!isSilent)
        yield notice('warning', 'no worker answers: the release waits for one (nothing is lost); still watching');
      isSilent = true;
    } else {
      if (isSilent) yield notice('info', 'the worker answers again');
      isSilent = false;
      const fresh = Math.min(progress.eventCount - seen, progress.events.length);
      if (progress.eventCount - seen > fresh)
        yield notice('warning', `${String(progress.eventCount - seen - fresh)} earlier events are only in the history`);
      for (const event of fresh > 0 ? progress.events.slice(-fresh) : []) yield { type: 'event', event };
      seen = progress.eventCount;
      yield { type: 'progress', progress };
      if (progress.result !== null) {
        const { verdict, reason, nextStep } = progress.result;
        return yield* end({ verdict, reason, nextStep, result: progress.result });
      }
      const status = await release.status();
      if (status !== null && status !== 'running') return yield* end(endedFromOutside(release.releaseId, status));
      const parked =
        options.watchOn === true ? undefined : progress.participants.find(({ state }) => state === 'parked');
      if (parked !== undefined) return yield* end(parkedOutcome(progress, parked));
    }
    const why =
      options.signal?.aborted === true
        ? 'it was asked to stop'
        : Date.now() >= deadline
          ? 'the time to follow it is over'
          : null;
    if (why !== null) return yield* end(detached(release.releaseId, why));
    await delay(
      options.intervalMillis ?? 1000,
      null,
      options.signal === undefined ? {} : { signal: options.signal },
    ).catch(() => null);
  }
}

function notice(level: 'info' | 'warning', text: string): ReleaseTold {
  return { type: 'notice', at: Date.now(), level, text };
}

async function* end(outcome: ReleaseOutcome): AsyncGenerator<ReleaseTold, ReleaseOutcome> {
  yield { type: 'result', outcome };
  return outcome;
}

/** The client stops; the release does not. */
export function detached(releaseId: string, why: string): ReleaseOutcome {
  return {
    verdict: 'detached',
    reason: `The client stopped waiting: ${why}; the release goes on.`,
    nextStep: `Watch it with "drover releases ${releaseId} --watch", stop it with "drover cancel --release ${releaseId}".`,
    result: null,
  };
}

function parkedOutcome(
  { releaseId }: ReleaseProgress,
  parked: ReleaseProgress['participants'][number],
): ReleaseOutcome {
  const { environment, stack, service, reason } = parked;
  return {
    verdict: 'needs-attention',
    reason: `${stack}/${service} in ${environment} is parked: ${reason ?? 'a person must look'}. The release waits.`,
    nextStep: `See why: drover why ${environment} ${stack}/${service}; mend it, then "drover retry --release ${releaseId}" goes on; or take all back with "drover cancel --release ${releaseId}".`,
    result: null,
  };
}

function endedFromOutside(releaseId: string, status: string): ReleaseOutcome {
  return {
    verdict: 'interfered',
    reason: `Someone ended the workflow of the release: it is ${status} in Temporal. Its deployments find out what was decided, or take themselves back, all of them alike.`,
    nextStep: `See where they are: drover list --release ${releaseId}`,
    result: null,
  };
}
