import type { PipelineRun, Stage } from '../pipeline-run';
import { readFreeze } from './temporal-activities';

/** Waits until nothing is frozen. Rolling back is always allowed: this is before anything is begun. */
export async function outlastFreezes(run: PipelineRun, stage: Stage): Promise<void> {
  const { freeze, name } = stage.asked;
  if (freeze.length === 0) return;
  for (;;) {
    if (run.cancelled !== null) return;
    if (run.brokenGlass !== null) {
      const { by, why } = run.brokenGlass;
      return run.note('warning', name, `no freeze is kept, for the glass is broken by ${by}: ${why}`);
    }
    const frozen = await readFreeze(freeze, name);
    if (frozen === null) return;
    const { window, untilMillis } = frozen;
    const waitsFor = `frozen (${window}) until ${new Date(untilMillis).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    if (stage.waitsFor !== waitsFor) run.note('warning', name, waitsFor);
    run.move(stage, 'frozen', { until: untilMillis, waitsFor });
    const isOver = (): boolean => run.cancelled !== null || run.brokenGlass !== null;
    await run.until(isOver, untilMillis - Date.now() + 1_000, `wait until the freeze ${window} is over`);
  }
}
