import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowContinuedAsNewError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Verdict } from '../../decision/verdict';
import type { DeploymentResult, Progress } from '../../workflows/contract';
import type { Outcome } from '../outcome';
import { readResult } from './read-answer';

/** The outcome that a workflow's result tells. */
export function outcomeOfResult(result: DeploymentResult): Outcome {
  if (typeof result !== 'object' || result === null || typeof result.verdict !== 'string') {
    return needsAttention('The workflow ended without a verdict: it is not one of Drover, or of another version.');
  }
  const whole = readResult(result);
  const { verdict, reason, nextStep } = whole;
  return { verdict, reason, nextStep, result: whole };
}

/** Somebody ended the workflow in Temporal, or reset it, which ends the run. */
export function wasEndedFromOutside(error: unknown): boolean {
  if (!(error instanceof WorkflowFailedError)) return false;
  const { cause } = error;
  return cause instanceof TerminatedFailure || cause instanceof CancelledFailure || cause instanceof TimeoutFailure;
}

/**
 * The outcome of a workflow that ended without a result; `undefined` where the error says nothing about its end.
 *
 * @param lastSeen where it was then, null where nobody could say it
 */
export function outcomeOfFailure(
  error: unknown,
  target: string,
  lastSeen: Progress | null = null,
): Outcome | undefined {
  if (error instanceof WorkflowNotFoundError) {
    // It was followed until now: Temporal keeps what has only just ended.
    const then = lastSeen === null ? '' : ` ${asLastSeen(lastSeen)}`;
    return ended(
      'interfered',
      `Someone ended the workflow: Temporal does not know it any more, it was deleted.${then}`,
      target,
    );
  }
  if (error instanceof WorkflowContinuedAsNewError) {
    return needsAttention('The workflow went on as another run, which Drover does not do.', target);
  }
  if (!(error instanceof WorkflowFailedError)) return undefined;
  const { cause } = error;
  if (cause instanceof TerminatedFailure || cause instanceof CancelledFailure || cause instanceof TimeoutFailure) {
    const how =
      cause instanceof TerminatedFailure ? 'terminated' : cause instanceof CancelledFailure ? 'cancelled' : 'timed out';
    const words = cause.message === '' ? '' : ` ("${cause.message}")`;
    const then = lastSeen === null ? '' : ` ${asLastSeen(lastSeen)}`;
    return {
      ...ended(
        'interfered',
        `Someone ended the workflow: it was ${how} in Temporal${words}, before it could tidy up.${then}`,
        target,
      ),
      ...(lastSeen === null || lastSeen.state === null ? {} : { state: lastSeen.state }),
    };
  }
  const words = cause instanceof Error ? cause.message : 'no cause given';
  const type = cause instanceof ApplicationFailure && cause.type ? ` (${cause.type})` : '';
  return ended('needs-attention', `The workflow failed unexpectedly: ${words}${type}.`, target);
}

/** The client cannot look at Rancher: it tells what the deployment knew. */
function asLastSeen({ phase, state, images, round }: Progress): string {
  const was = `It was in phase ${phase}, ${round === 0 ? 'and knew of no accepted upgrade' : `with upgrade ${String(round)} accepted`}`;
  if (state === null) return `${was}.`;
  const to = images.map(({ config, from, to: image }) => `${config} ${from ?? 'none'} → ${image}`).join(', ');
  return `${was}; when last read, the service was ${state}${to === '' ? '' : ` (${to})`}.`;
}

function ended(verdict: Verdict, reason: string, target: string): Outcome {
  return {
    verdict,
    reason,
    nextStep: `Look at the service in Rancher: it may be half upgraded. A new "drover upgrade ${target} …" recognises and settles that.`,
    result: null,
  };
}

function needsAttention(reason: string, target?: string): Outcome {
  const where = target === undefined ? 'the service' : target;
  return {
    verdict: 'needs-attention',
    reason,
    nextStep: `Look at ${where} in Rancher and in Temporal Web.`,
    result: null,
  };
}
