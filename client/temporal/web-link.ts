/** Base address of Temporal Web: what is configured, else the dev server's own for an address on this machine. */
export function webUrlFor(configured: string | undefined, address: string): string | undefined {
  if (configured !== undefined && configured !== '') return configured.replace(/\/+$/, '');
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(address) ? 'http://127.0.0.1:8233' : undefined;
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
