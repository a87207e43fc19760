import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { CopiedService } from '../../activities/contract';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Policy } from '../../decision/policy';
import type { Pinned } from '../../decision/promotion';
import type { DeploymentRequest } from '../../decision/request';
import type { Verdict } from '../../decision/verdict';
import type { ActivityGroups } from '../activity-options';
import { activitiesOf } from '../activity-options';
import { callFailureText } from '../calls';
import type { PipelineRun, Stage } from '../pipeline-run';
import { seconds } from '../seconds';
import { readStack } from './read-stack';

/** How it ended in one environment. */
export interface EndedThere {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** What was created in an environment for a release. */
export interface Copied {
  /** Those that were made, or may have been. */
  readonly services: readonly string[];
  /** Why it could not be created, or does not run; null where all does. */
  readonly problem: EndedThere | null;
}

/** Creates what is missing in an environment, from its definition where it is promoted from, and waits until it is proven to run. */
export async function copyMissing(
  run: PipelineRun,
  stage: Stage,
  environment: string,
  releaseId: string,
  missing: readonly Pinned[],
): Promise<Copied> {
  const names = missing.map(({ service }) => service);
  if (names.length === 0) return { services: [], problem: null };
  if (run.request.createMissing !== true)
    return { services: [], problem: { verdict: 'refused', reason: `${names.join(', ')} missing in ${environment}` } };
  const tried: string[] = [];
  try {
    const policy = await policyOf(run, environment);
    const { copy } = activitiesOf(environment, policy);
    const make = (one: Pinned): Promise<CopiedService> =>
      copy.copyService({ releaseId, from: stage.asked.from, to: environment, stack: run.request.stack, ...one });
    const unlinked: Pinned[] = [];
    for (const one of missing) {
      if (run.cancelled !== null) return { services: tried, problem: { verdict: 'cancelled', reason: run.cancelled } };
      tried.push(one.service);
      const { target, linksLeftOut } = await make(one);
      run.note('info', stage.asked.name, `${environment}: created ${one.service} (${target.serviceId})`);
      if (linksLeftOut.length > 0) unlinked.push(one);
    }
    // What they are linked to may have been made after them.
    for (const one of unlinked) {
      const { linksLeftOut } = await make(one);
      const text = `${environment}: ${one.service} is not linked to ${linksLeftOut.join(', ')}: they are not there`;
      if (linksLeftOut.length > 0) run.note('warning', stage.asked.name, text);
    }
    return { services: tried, problem: await whyNotRunning(run, environment, names, policy) };
  } catch (error) {
    return { services: tried, problem: endedBy(error) };
  }
}

/**
 * Removes again what was created for a release that went back, the last one first.
 *
 * @returns what is left there, in words; null where nothing is
 */
export async function removeCopied(
  run: PipelineRun,
  stage: Stage,
  environment: string,
  releaseId: string,
  services: readonly string[],
): Promise<string | null> {
  const left: string[] = [];
  for (const service of [...services].reverse()) {
    try {
      const { copy } = await copierOf(run, environment);
      const removed = await copy.removeCopied({ releaseId, environment, stack: run.request.stack, service });
      run.note('info', stage.asked.name, `${environment}: ${service}, which was created for it, is ${removed.service}`);
    } catch (error) {
      left.push(`${service}, which was created for it, could not be removed again: ${callFailureText(error)}`);
    }
  }
  for (const text of left) run.note('error', stage.asked.name, `${environment}: ${text}`);
  return left.length === 0 ? null : left.join('; ');
}

async function copierOf(run: PipelineRun, environment: string): Promise<Pick<ActivityGroups, 'copy'>> {
  return activitiesOf(environment, await policyOf(run, environment));
}

/** How long an environment's requests may take decides how long its activities may. */
async function policyOf({ request }: PipelineRun, environment: string): Promise<Policy> {
  const { requestId, stack, author } = request;
  const asked: DeploymentRequest = {
    ...{ requestId, deploymentId: 'none', environment, stack, service: '', author },
    ...{ sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false, overrides: {} },
  };
  return activitiesOf(environment, DEFAULT_POLICY).first.loadPolicy(asked);
}

/** Waits until services are proven to run, for as long as a deployment may go without progress. */
async function whyNotRunning(
  run: PipelineRun,
  environment: string,
  names: readonly string[],
  { stallLimitMillis, pollMinMillis, pollMaxMillis }: Policy,
): Promise<EndedThere | null> {
  const since = Date.now();
  for (;;) {
    const { services } = await readStack(environment, run.request.stack);
    const waiting = names.filter((name) => services.find((one) => one.name === name)?.isProven !== true);
    if (waiting.length === 0) return null;
    if (run.cancelled !== null) return { verdict: 'cancelled', reason: run.cancelled };
    const waited = Date.now() - since;
    if (waited >= stallLimitMillis) {
      const states = waiting.map((name) => `${name}: ${services.find((one) => one.name === name)?.state ?? 'gone'}`);
      const reason = `what was created is not proven to run after ${seconds(waited)} (${states.join(', ')})`;
      return { verdict: 'rolled-back', reason };
    }
    const pause = Math.min(pollMaxMillis, Math.max(pollMinMillis, waited / 5));
    await run.until(() => run.cancelled !== null, pause, `look again whether ${waiting.join(', ')} runs`);
  }
}

function endedBy(error: unknown): EndedThere {
  const reason = callFailureText(error);
  const isRefused =
    error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.nonRetryable === true;
  return { verdict: isRefused ? 'refused' : 'unreachable', reason };
}
