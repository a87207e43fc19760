import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { LIST_PENDING } from '../../workflows/contract';
import type { PendingUpgrades } from '../../workflows/contract';
import { askWorker } from './ask-worker';

/**
 * Asks a worker which upgrades are pending in an environment. It writes nothing.
 *
 * @throws RefusedError with the worker's words (a key that Rancher refuses, say); UnreachableError where Rancher does not answer
 */
export function listPending(client: Client, environment: string): Promise<PendingUpgrades> {
  return askWorker<PendingUpgrades>(client, {
    type: LIST_PENDING,
    workflowId: `pending/${environment}/${randomUUID()}`,
    argument: { environment },
    summary: `read only: what is pending in ${environment}`,
    what: `list of what is pending in ${environment}`,
    afterRefusal: 'Mend that; then ask again. Nothing was changed.',
  });
}
