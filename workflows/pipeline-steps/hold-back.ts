import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, startChild, uuid4 } from '@temporalio/workflow';
import { imagesOfPinned } from '../../decision/promotion';
import { holdSignal } from '../messages';
import { HOLDS, holdsIdOf } from '../pipeline-contract';
import type { Hold } from '../pipeline-contract';
import type { PipelineRun, Stage } from '../pipeline-run';
import { shortSummary } from '../summaries';
import { fail } from './pass-stage';
import { tellOfPipeline } from '../announce-coordinator';
import { readHolds } from './temporal-activities';

/** For so long it is waited for a person who lets go what is held, milliseconds. */
const HOLD_LIMIT_MILLIS = 24 * 3_600_000;
/** How often it is looked, milliseconds. */
const LOOK_EVERY_MILLIS = 60_000;
/** How often the workflow that keeps holds is made anew where it ends just then. */
const ATTEMPTS = 5;

/** What was rolled back is not promoted again, until a person lets it go. */
export async function holdBack(run: PipelineRun, stage: Stage, environment: string, why: string): Promise<void> {
  const { stack } = run.request;
  const hold: Hold = {
    id: `h${uuid4().replaceAll('-', '').slice(0, 12)}`,
    ...{ environment, stack, why: why.slice(0, 500), since: Date.now() },
    images: run.pinned.flatMap(imagesOfPinned),
  };
  const workflowId = holdsIdOf(environment, stack);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await startChild(HOLDS, {
        workflowId,
        args: [{ environment, stack }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: shortSummary(`what must not be promoted into ${stack} in ${environment}`),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    try {
      await getExternalWorkflowHandle(workflowId).signal(holdSignal, hold);
      break;
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
  }
  run.note(
    'warning',
    stage.asked.name,
    `held back from ${environment} until a person lets it go: drover holds --let-go ${hold.id}`,
  );
}

/** Waits for a person where what is promoted is held. */
export async function outlastHolds(run: PipelineRun, stage: Stage): Promise<void> {
  const until = Date.now() + HOLD_LIMIT_MILLIS;
  for (;;) {
    const held = await heldOf(run, stage);
    if (held.length === 0 || run.cancelled !== null) return;
    if (run.brokenGlass !== null) {
      const { by, why } = run.brokenGlass;
      return run.note(
        'warning',
        stage.asked.name,
        `what is held is released all the same, for the glass is broken by ${by}: ${why}`,
      );
    }
    const waitsFor = held
      .map(({ id, environment, images }) => `held back from ${environment}: ${images.join(', ')} (${id})`)
      .join('; ');
    const isNews = stage.waitsFor !== waitsFor;
    if (isNews) run.note('warning', stage.asked.name, `${waitsFor}: drover holds --let-go ID`);
    run.move(stage, 'held', { until, waitsFor });
    if (isNews)
      await tellOfPipeline(run.request, stage.asked, {
        ...({ event: 'waiting', at: Date.now(), verdict: null } as const),
        reason: `the stage ${stage.asked.name} waits until a person lets go what is held: ${waitsFor}`,
        nextStep: 'See why it is held, and let it go when it is mended.',
        commands: held.map(({ id }) => `drover holds --let-go ${id}`),
      });
    if (Date.now() >= until)
      throw fail(run, stage, 'refused', `${waitsFor}; nobody let it go`, 'See why: drover holds.');
    const { pokes } = run;
    await run.until(
      () => run.pokes !== pokes,
      Math.min(LOOK_EVERY_MILLIS, until - Date.now()),
      'wait until a person lets go what is held',
    );
  }
}

async function heldOf(run: PipelineRun, stage: Stage): Promise<readonly Hold[]> {
  const images = new Set(run.pinned.flatMap(imagesOfPinned));
  const all: Hold[] = [];
  for (const environment of stage.asked.environments) all.push(...(await readHolds(environment, run.request.stack)));
  return all.filter((hold) => hold.images.some((image) => images.has(image)));
}
