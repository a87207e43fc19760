import { uuid4 } from '@temporalio/workflow';
import { isGood } from '../../decision/release-verdict';
import { stageGroups } from '../../decision/pipeline';
import type { Promotion } from '../../decision/promotion';
import { imagesOfPinned, lostSince, promotionOf } from '../../decision/promotion';
import type { Verdict } from '../../decision/verdict';
import type { PipelineRun, Stage } from '../pipeline-run';
import { seconds } from '../seconds';
import { askPeople } from './ask-people';
import { holdBack, outlastHolds } from './hold-back';
import { outlastFreezes } from './outlast-freezes';
import { PipelineEnded } from './pipeline-ended';
import { readStack } from './read-stack';
import { releaseIn } from './release-in';
import { settingsThatDiffer } from './settings-that-differ';

/**
 * One stage: what would change is shown; people are asked, freezes and holds are kept; then it is released in its environments, group by
 * group, and has to stay good for as long as was asked.
 */
export async function passStage(run: PipelineRun, stage: Stage): Promise<void> {
  requireGoing(run, stage);
  const { asked } = stage;
  // Broken from the start: for this stage as for all of them.
  if (run.brokenGlass !== null) stage.brokenGlass ??= { ...run.brokenGlass, at: Date.now() };
  await show(run, stage);
  await askPeople(run, stage);
  await outlastHolds(run, stage);
  await outlastFreezes(run, stage);
  requireGoing(run, stage);
  run.move(stage, 'releasing');
  for (const group of stageGroups(asked)) {
    requireGoing(run, stage);
    await Promise.all(
      group.map((environment) => releaseIn(run, stage, environment, `r${uuid4().replaceAll('-', '').slice(0, 12)}`)),
    );
    await requireGood(run, stage, group);
  }
  await soak(run, stage);
  run.move(stage, 'passed');
  run.note('info', asked.name, 'passed');
  // The next stage has glass of its own.
  if (run.request.breakGlass === undefined) run.brokenGlass = null;
}

/** Whoever is asked sees what would change. */
export async function show(run: PipelineRun, stage: Stage): Promise<void> {
  const { name, environments } = stage.asked;
  for (const environment of environments) {
    const promotion = promotionOf(run.pinned, await readStack(environment, run.request.stack));
    const changes = textsOf(promotion, run.request.createMissing === true);
    run.saw(stage, environment, {
      changes,
      ...(run.request.planOnly === true && changes.length === 0
        ? { verdict: 'unchanged', reason: 'it runs it already' }
        : {}),
    });
    const same = promotion.unchanged.length === 0 ? [] : [`unchanged: ${promotion.unchanged.join(', ')}`];
    run.note('info', name, `${environment}: ${[...changes, ...same].join('; ')}`);
    const settings = await settingsThatDiffer(run, stage, environment);
    if (settings !== null) run.note('info', name, `${environment}: ${settings}`);
    if (promotion.missing.length > 0 && run.request.createMissing !== true)
      throw fail(
        run,
        stage,
        'refused',
        `${promotion.missing.map(({ service }) => service).join(', ')} missing in ${environment}`,
        'Create them there, or ask for it (--create-missing).',
      );
  }
}

function textsOf({ changes, missing }: Promotion, createMissing: boolean): string[] {
  return [
    ...changes.flatMap(({ service, images }) => images.map(({ from, to }) => `${service}: ${from ?? 'none'} → ${to}`)),
    ...missing.map((one) =>
      createMissing ? `${one.service}: is created (${imagesOfPinned(one).join(', ')})` : `${one.service}: is missing`,
    ),
  ];
}

async function requireGood(run: PipelineRun, stage: Stage, group: readonly string[]): Promise<void> {
  const ended = group.flatMap((environment) => stage.environments.get(environment) ?? []);
  const bad = ended.filter((one) => !isGood(one));
  const [first] = bad;
  if (first === undefined) return;
  for (const { environment, verdict, reason } of bad)
    if (verdict === 'rolled-back' && run.cancelled === null)
      await holdBack(run, stage, environment, `it was rolled back there: ${reason ?? ''}`);
  const reason = bad
    .map(({ environment, verdict, reason: why }) => `${environment}: ${verdict ?? 'not begun'} (${why ?? ''})`)
    .join('; ');
  if (run.cancelled !== null) throw fail(run, stage, 'cancelled', `${run.cancelled}; ${reason}`, '');
  throw fail(
    run,
    stage,
    first.verdict ?? 'needs-attention',
    reason,
    'Mend what it names; what was rolled back is held until a person lets it go: drover holds.',
  );
}

/** Good for as long as was asked, and still what was released. */
async function soak(run: PipelineRun, stage: Stage): Promise<void> {
  const { soakMillis, name, environments } = stage.asked;
  if (soakMillis === 0 || run.brokenGlass !== null) return;
  run.move(stage, 'soaking', {
    until: Date.now() + soakMillis,
    waitsFor: `it has to stay good for ${seconds(soakMillis)}`,
  });
  await run.until(() => run.cancelled !== null, soakMillis, `watch ${name} for ${seconds(soakMillis)}`);
  requireGoing(run, stage);
  for (const environment of environments) {
    const lost = lostSince(run.pinned, await readStack(environment, run.request.stack));
    if (lost.length === 0) continue;
    throw fail(
      run,
      stage,
      'needs-attention',
      `it did not stay good in ${environment}: ${lost.join('; ')}`,
      'Look at it there: the release was finished, and is not taken back by itself.',
    );
  }
}

function requireGoing(run: PipelineRun, stage: Stage): void {
  if (run.cancelled !== null) throw fail(run, stage, 'cancelled', `${run.cancelled}; stages that passed stay`, '');
}

/** The stage has failed, and the pipeline with it. */
export function fail(
  run: PipelineRun,
  stage: Stage,
  verdict: Verdict,
  reason: string,
  nextStep: string,
  state: 'failed' | 'rejected' = 'failed',
): PipelineEnded {
  run.move(stage, state);
  return new PipelineEnded(verdict, `stage ${stage.asked.name}: ${reason}`, nextStep);
}
