import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { ReleaseGate } from '../../decision/release-gate';
import { ADMIT_GATE } from '../../workflows/contract';
import { askWorker } from './ask-worker';

/**
 * Asks the worker of its environment whether it would ask a gate of a release. The gate itself is not asked.
 *
 * @throws RefusedError with the worker's words where it would not; UnreachableError where no worker answers
 */
export async function planGate(client: Client, gate: ReleaseGate): Promise<void> {
  await askWorker<unknown>(client, {
    type: ADMIT_GATE,
    workflowId: `plan/gate/${gate.environment}/${gate.name}/${randomUUID()}`,
    argument: gate,
    summary: `plan only: whether the gate ${gate.name} may be asked in ${gate.environment}`.slice(0, 100),
    what: `plan for the gate ${gate.name} in ${gate.environment}`,
    afterRefusal: 'Mend that; then plan again. Nothing was changed.',
  });
}
