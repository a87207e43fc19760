import type { ConnectionLike } from '@temporalio/client';

/**
 * What makes one installation of Drover: the namespace of Temporal, by the id that Temporal gave it. All workers of a namespace have it, it
 * lasts as long as the namespace, and just within one there is one deployment of a service at a time.
 */
export async function installationIn(
  connection: Pick<ConnectionLike, 'workflowService'>,
  namespace: string,
): Promise<string | undefined> {
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
  return namespaceInfo?.id || undefined;
}
