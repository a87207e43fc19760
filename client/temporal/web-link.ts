/** Base address of Temporal Web: what is configured, else a dev server's on this machine: a thousand ports further. */
export function webUrlFor(configured: string | undefined, address: string): string | undefined {
  if (configured !== undefined && configured !== '') return configured.replace(/\/+$/, '');
  const local = /^(localhost|127\.0\.0\.1|\[::1\]):(\d+)$/.exec(address);
  return local === null ? undefined : `http://${local[1] ?? ''}:${String(Number(local[2]) + 1000)}`;
}

/** Link to one run of a workflow in Temporal Web; null where the base address is not known. */
export function deploymentLink(
  webUrl: string | undefined,
  namespace: string,
  workflowId: string,
  runId: string,
): string | null {
  if (webUrl === undefined) return null;
  const parts = [namespace, 'workflows', workflowId, runId].map(encodeURIComponent);
  return `${webUrl}/namespaces/${parts.join('/')}`;
}
