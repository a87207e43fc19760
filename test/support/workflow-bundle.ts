import type { WorkflowBundleOption } from '@temporalio/worker';

/** The workflows as they stand in this checkout: the global set-up bundled them, once for the whole run. */
export function workflowBundle(): WorkflowBundleOption {
  const codePath = process.env['DROVER_WORKFLOW_BUNDLE'];
  if (codePath === undefined) throw new Error('The global set-up could not bundle the workflows: see its output.');
  return { codePath };
}
