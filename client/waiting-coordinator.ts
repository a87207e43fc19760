import type { CoordinatorSummary } from './coordinator/coordinator-summary';

/** A release or a pipeline that waits for a person. Times in milliseconds since the epoch. */
export interface WaitingCoordinator {
  readonly what: 'release' | 'pipeline';
  readonly summary: CoordinatorSummary;
  readonly kind: 'confirm' | 'approve' | 'hold';
  readonly reason: string;
  /** Commands that make sense now, most likely first. */
  readonly commands: readonly string[];
}

/** A release that is to be confirmed, as its phase says it. */
export const RELEASE_WAITS = 'confirming';
/** How the phase of a pipeline begins while its stage waits for people. */
export const PIPELINE_WAITS = { approve: 'approval: ', hold: 'held: ' } as const;

/** What is to be done about a release; null where it waits for nobody. */
export function waitingRelease(summary: CoordinatorSummary): WaitingCoordinator | null {
  const { id, phase, isRunning } = summary;
  if (!isRunning || phase !== RELEASE_WAITS) return null;
  return {
    ...{ what: 'release', summary, kind: 'confirm' },
    reason: 'all of its services are verified, and it waits to be confirmed',
    commands: [`drover confirm --release ${id}`, `drover rollback --release ${id}`],
  };
}

/** What is to be done about a pipeline; null where it waits for nobody. */
export function waitingPipeline(summary: CoordinatorSummary): WaitingCoordinator | null {
  const { id, phase, isRunning } = summary;
  if (!isRunning) return null;
  if (phase.startsWith(PIPELINE_WAITS.approve)) {
    const stage = phase.slice(PIPELINE_WAITS.approve.length);
    return {
      ...{ what: 'pipeline', summary, kind: 'approve' },
      reason: `the stage ${stage} waits for an approval`,
      commands: [`drover approve ${id}`, `drover reject ${id} --why TEXT`],
    };
  }
  if (!phase.startsWith(PIPELINE_WAITS.hold)) return null;
  const stage = phase.slice(PIPELINE_WAITS.hold.length);
  return {
    ...{ what: 'pipeline', summary, kind: 'hold' },
    reason: `the stage ${stage} brings what was rolled back before, and is held until somebody lets it go`,
    commands: ['drover holds', `drover pipelines ${id}`],
  };
}

/** Whether one is about what is asked for; none is about one service alone. */
export function isAbout(
  { summary }: WaitingCoordinator,
  filters: { readonly environment?: string; readonly stack?: string; readonly service?: string },
): boolean {
  const has = (names: string, wanted: string | undefined): boolean =>
    wanted === undefined || names.split(', ').includes(wanted);
  return (
    filters.service === undefined &&
    has(summary.environments, filters.environment) &&
    has(summary.stacks, filters.stack)
  );
}
