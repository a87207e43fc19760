import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { SHOW_CONFIG } from '../../workflows/contract';
import type { ShownConfig } from '../../workflows/contract';
import { askWorker } from './ask-worker';

/** Which part of a stack is shown; left out: all of its services. */
export interface ShownStack {
  readonly environment: string;
  readonly stack: string;
  readonly services?: readonly string[];
}

/**
 * Asks a worker for a stack as compose files, without the values. It writes nothing.
 *
 * @throws RefusedError with the worker's words; UnreachableError where Rancher does not answer
 */
export function showConfig(client: Client, asked: ShownStack): Promise<ShownConfig> {
  const { environment, stack } = asked;
  return askWorker<ShownConfig>(client, {
    type: SHOW_CONFIG,
    workflowId: `config/${environment}/${stack}/${randomUUID()}`,
    argument: asked,
    summary: `read only: the configuration of ${stack} in ${environment}, without values`.slice(0, 100),
    what: `configuration of ${stack} in ${environment}`,
    afterRefusal: 'Mend that; then ask again. Nothing was changed.',
  });
}
