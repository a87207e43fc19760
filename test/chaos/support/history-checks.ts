import type { Policy } from '../../../decision/policy';
import type { Evidence, Violation } from './evidence';
import { activitiesIn, resultOf, timersIn } from './history';

/** What changes something in Rancher. */
const ACTING = ['postUpgrade', 'finishUpgrade', 'rollBackUpgrade', 'settlePending', 'deactivateService'];
/** Verdicts after which somebody has something to do. */
const NEEDS_NEXT_STEP = ['failed', 'invalid', 'rolled-back', 'needs-attention', 'refused', 'unreachable', 'interfered'];

/** Invariant 6: every wait has a deadline, every retry a bound, and the end a verdict with the reason and the next step. */
export function boundedAndExplained({ history, outcome }: Evidence): Violation[] {
  const found: string[] = [];
  if (!history.some(({ eventType }) => /workflow_?execution_?completed/i.test(eventType)))
    found.push('the workflow did not complete');
  if (outcome.reason === '') found.push(`the verdict ${outcome.verdict} has no reason`);
  if (NEEDS_NEXT_STEP.includes(outcome.verdict) && outcome.nextStep === '')
    found.push(`the verdict ${outcome.verdict} has no next step`);
  if (outcome.result === null) found.push('there is no result of the workflow');
  for (const one of activitiesIn(history)) {
    const { type, attempts, maximumAttempts } = one;
    if (!(one.startToCloseMillis > 0)) found.push(`${type} has no limit from start to close`);
    if (!(one.scheduleToCloseMillis > 0)) found.push(`${type} has no limit for all its attempts`);
    if (ACTING.includes(type) && !(one.heartbeatMillis > 0)) found.push(`${type} has no heartbeat`);
    if (ACTING.includes(type) && !(maximumAttempts > 0)) found.push(`${type} has no bound on its attempts`);
    if (maximumAttempts > 0 && attempts > maximumAttempts) found.push(`${type} was attempted ${attempts} times`);
    const mayBeLeft = one.calledOff && !ACTING.includes(type);
    if (one.end === null && !mayBeLeft && outcome.result !== null) found.push(`${type} was still under way at the end`);
  }
  const policy = resultOf(history, 'loadPolicy') as Policy | undefined;
  const longest = Math.max(0, ...Object.entries(policy ?? {}).map(([key, value]) => limitOf(key, value)));
  for (const { eventId, millis } of timersIn(history)) {
    if (!(millis > 0)) found.push(`the timer of event ${eventId} has no end`);
    else if (millis > longest) found.push(`the timer of event ${eventId} waits for ${millis} ms, beyond every limit`);
  }
  return found.map((text) => ({ invariant: 6, text }));
}

/** Invariant 7: a rollback is not begun while something that acts is under way. */
export function cancellingWaits({ history }: Evidence): Violation[] {
  const acting = activitiesIn(history).filter(({ type }) => ACTING.includes(type));
  const found: Violation[] = [];
  acting.forEach((one, index) => {
    if (one.type !== 'rollBackUpgrade') return;
    for (const earlier of acting.slice(0, index)) {
      if (earlier.endedAt === null || earlier.endedAt > one.scheduledAt)
        found.push({ invariant: 7, text: `the rollback was scheduled while ${earlier.type} was under way` });
    }
  });
  return found;
}

function limitOf(key: string, value: unknown): number {
  return key.endsWith('Millis') && typeof value === 'number' ? value : 0;
}
