import { ActivityFailure } from '@temporalio/workflow';
import type { ServiceDifferences } from '../../activities/contract';
import { DEFAULT_POLICY } from '../../decision/policy';
import { activitiesOf } from '../activity-options';
import type { PipelineRun, Stage } from '../pipeline-run';

/** Longest text, characters: it is one line of a logbook. */
const LIMIT = 600;

/**
 * What else differs between the environments, by name and without a value, for whoever has to approve: a promotion moves images, and a
 * variable that is new in the source may be needed. Null where nothing does.
 */
export async function settingsThatDiffer(run: PipelineRun, stage: Stage, environment: string): Promise<string | null> {
  const { resolve } = activitiesOf(environment, DEFAULT_POLICY);
  const services = run.pinned.map(({ service }) => service);
  try {
    const { stack } = run.request;
    const found = await resolve.differences({ from: stage.asked.from, to: environment, stack, services });
    const texts = found.flatMap(textOf);
    const moved = run.request.withSettings === true ? 'variables of the primary are merged' : 'they are not moved';
    return texts.length === 0 ? null : `settings differ (${moved}): ${texts.join('; ')}`.slice(0, LIMIT);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    // It only explains: where one worker does not serve both, nobody can compare them.
    return 'settings are not compared, for no worker serves both environments';
  }
}

function textOf({ service, inSource, inTarget, scale, configs }: ServiceDifferences): string[] {
  if (!inSource || !inTarget) return [];
  const names = configs.flatMap(({ config, variables, labels }) => {
    const of = config === 'primary' ? '' : `${config}: `;
    return [
      ...(variables.length === 0 ? [] : [`${of}variables ${variables.join(', ')}`]),
      ...(labels.length === 0 ? [] : [`${of}labels ${labels.join(', ')}`]),
    ];
  });
  const scales = scale === null ? [] : [`scale ${scale.inSource ?? 'none'} there, ${scale.inTarget ?? 'none'} here`];
  const all = [...names, ...scales];
  return all.length === 0 ? [] : [`${service} (${all.join('; ')})`];
}
