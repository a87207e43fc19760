import { ActivityFailure } from '@temporalio/workflow';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Pinned } from '../../decision/promotion';
import type { ActivityGroups } from '../activity-options';
import { activitiesOf } from '../activity-options';
import type { PipelineRun, Stage } from '../pipeline-run';
import { readStack } from './read-stack';

/** What was created in an environment for a release. */
export interface Copied {
  readonly services: readonly string[];
  /** Why it could not be created, or does not run; null where all is well. */
  readonly problem: string | null;
}

/** How often it is looked whether what was created runs, milliseconds. */
const LOOK_EVERY_MILLIS = 5_000;
/** For so long it is waited for, milliseconds: as long as a deployment without progress. */
const COPY_LIMIT_MILLIS = DEFAULT_POLICY.stallLimitMillis;

/** Creates what is missing in an environment, as it is where it is promoted from but for the images, and waits until it runs. */
export async function copyMissing(
  run: PipelineRun,
  stage: Stage,
  environment: string,
  releaseId: string,
  missing: readonly Pinned[],
): Promise<Copied> {
  if (missing.length === 0) return { services: [], problem: null };
  const names = missing.map(({ service }) => service);
  if (run.request.createMissing !== true)
    return { services: [], problem: `${names.join(', ')} missing in ${environment}` };
  const { copy } = activitiesOf(environment, DEFAULT_POLICY);
  const begun: string[] = [];
  try {
    const unlinked = [];
    for (const one of missing) {
      begun.push(one.service);
      const made = await copy.copyService(copyOf(run, stage, environment, releaseId, one));
      run.note('info', stage.asked.name, `${environment}: created ${one.service}`);
      if (made.linksLeftOut.length > 0) unlinked.push(one);
    }
    // What is linked to may have been made after it.
    for (const one of unlinked) await copy.copyService(copyOf(run, stage, environment, releaseId, one));
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return {
      services: begun,
      problem: `${names.join(', ')} cannot be created: ${error.cause?.message ?? error.message}`,
    };
  }
  return { services: names, problem: await whyNotRunning(run, environment, names) };
}

/** Removes again what was created for a release that went back. */
export async function removeCopied(
  run: PipelineRun,
  environment: string,
  releaseId: string,
  services: readonly string[],
): Promise<void> {
  const { copy } = activitiesOf(environment, DEFAULT_POLICY);
  for (const service of [...services].reverse()) {
    try {
      const { service: what } = await copy.removeCopied({ releaseId, environment, stack: run.request.stack, service });
      run.note('info', '', `${environment}: ${service}, which was created for it, is ${what}`);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const words = error.cause?.message ?? error.message;
      run.note(
        'error',
        '',
        `${environment}: ${service}, which was created for it, could not be removed again: ${words}`,
      );
    }
  }
}

function copyOf(
  { request }: PipelineRun,
  { asked }: Stage,
  environment: string,
  releaseId: string,
  { service, image, sidekicks }: Pinned,
): Parameters<ActivityGroups['copy']['copyService']>[0] {
  return { releaseId, from: asked.from, to: environment, stack: request.stack, service, image, sidekicks };
}

async function whyNotRunning(run: PipelineRun, environment: string, names: readonly string[]): Promise<string | null> {
  const until = Date.now() + COPY_LIMIT_MILLIS;
  for (;;) {
    const { services } = await readStack(environment, run.request.stack);
    const missing = names.filter((name) => services.find((one) => one.name === name)?.isProven !== true);
    if (missing.length === 0) return null;
    if (run.cancelled !== null) return run.cancelled;
    if (Date.now() >= until) return `${missing.join(', ')}: created, and not proven to run in time`;
    await run.until(() => run.cancelled !== null, LOOK_EVERY_MILLIS, `wait for ${missing.join(', ')} to run`);
  }
}
