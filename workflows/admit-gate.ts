import { ApplicationFailure } from '@temporalio/workflow';
import { DEFAULT_POLICY } from '../decision/policy';
import type { ReleaseGate } from '../decision/release-gate';
import { whyNoReleaseGates } from '../decision/release-gate';
import { activitiesOf } from './activity-options';
import { toldPlainly } from './told-plainly';

/** Whether the worker of its environment would ask a gate of a release: fails with the reason where it would not. Sends nothing. */
export async function admitGate(gate: ReleaseGate): Promise<void> {
  const why = whyNoReleaseGates([gate]);
  if (why !== null) throw ApplicationFailure.nonRetryable(`Nothing was asked: ${why}.`, 'InvalidInput');
  await toldPlainly(activitiesOf(gate.environment, DEFAULT_POLICY).first.admitReleaseGate({ gate }));
}
