import { randomUUID } from 'node:crypto';
import { patiently, until } from '../kill/patiently';
import type { HandledRelease } from './case-plan';
import { SERVICES } from './case-plan';
import type { ReleaseUnderFire } from './release-under-fire';

const TASK_COMPLETED = 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED';
const LIMIT_MILLIS = 300_000;

/** What somebody did. */
export interface Handled {
  /** Whether it was decided just then. */
  readonly decided: boolean;
  /** The workflow task to which it was reset, of how many; null where it was not. */
  readonly resetTo: string | null;
  /** It was over before. */
  readonly tooLate: boolean;
}

/** Somebody terminates the release, or resets it to an earlier task of its own, before or after it decided. */
export async function playHand(fire: ReleaseUnderFire, plan: HandledRelease): Promise<Handled> {
  await comeSoFar(fire, plan);
  await fire.moment();
  const decided = (await fire.record()) !== null;
  const workflowId = `release/${fire.releaseId}`;
  const { temporal } = fire.target;
  const { runId, status } = await patiently(() => temporal.workflow.getHandle(workflowId).describe());
  // A release that is over can still be reset.
  if (plan.hand.how === 'terminated') {
    if (status.name !== 'RUNNING') return { decided, resetTo: null, tooLate: true };
    await patiently(() => temporal.workflow.getHandle(workflowId, runId).terminate('by hand'));
    return { decided, resetTo: null, tooLate: false };
  }
  const history = await patiently(() => fire.target.stack.history(workflowId, runId));
  const tasks = history.filter(({ eventType }) => eventType === TASK_COMPLETED);
  const at = Math.floor(plan.resetTo * tasks.length);
  await patiently(() =>
    temporal.workflowService.resetWorkflowExecution({
      namespace: fire.target.stack.temporal.namespace,
      workflowExecution: { workflowId, runId },
      ...{ reason: 'by hand', requestId: randomUUID() },
      workflowTaskFinishEventId: Number(tasks[at]?.eventId) as never,
    }),
  );
  return { decided, resetTo: `${at + 1} of ${tasks.length}`, tooLate: false };
}

async function comeSoFar(fire: ReleaseUnderFire, { hand, progress }: HandledRelease): Promise<void> {
  if (hand.when === 'after') {
    await until('the decision', async () => (await fire.record()) !== null, { limitMillis: LIMIT_MILLIS });
    return;
  }
  const verified = Math.floor(progress * SERVICES);
  await fire.until(
    `${verified} are verified`,
    ({ participants }) => participants.filter(({ state }) => state === 'verified').length >= verified,
  );
}
