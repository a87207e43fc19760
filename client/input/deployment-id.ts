import { createHash } from 'node:crypto';

/** The id of a deployment, the same for the same request of the same service: `d` and 12 hexadecimal digits. */
export function deploymentIdOf(requestId: string, workflowId: string): string {
  return `d${createHash('sha256').update(`${workflowId}\n${requestId}`).digest('hex').slice(0, 12)}`;
}
