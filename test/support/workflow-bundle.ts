import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';

let bundled: Promise<WorkflowBundle> | undefined;

/** The workflows as they stand in this checkout, bundled once per test file. */
export function workflowBundle(): Promise<WorkflowBundle> {
  bundled ??= bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows/index.ts') });
  return bundled;
}
