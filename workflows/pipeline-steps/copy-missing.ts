import type { Pinned } from '../../decision/promotion';
import type { PipelineRun, Stage } from '../pipeline-run';

/** What was created in an environment for a release. */
export interface Copied {
  readonly services: readonly string[];
  /** Why it could not be created; null where all was. */
  readonly problem: string | null;
}

/** Creates what is missing in an environment, from its definition where it is promoted from. */
export function copyMissing(
  _run: PipelineRun,
  _stage: Stage,
  environment: string,
  _releaseId: string,
  missing: readonly Pinned[],
): Promise<Copied> {
  const problem =
    missing.length === 0 ? null : `${missing.map(({ service }) => service).join(', ')} missing in ${environment}`;
  return Promise.resolve({ services: [], problem });
}

/** Removes again what was created for a release that went back. */
export async function removeCopied(
  _run: PipelineRun,
  _environment: string,
  _releaseId: string,
  _services: readonly string[],
): Promise<void> {
  return Promise.resolve();
}
