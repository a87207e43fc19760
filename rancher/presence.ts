/** Whether Rancher still has a resource: a removed one can be listed for a while. */
export function isThere(resource: { readonly state: string; readonly removed: string | null }): boolean {
  return resource.removed === null && !['removed', 'purging', 'purged'].includes(resource.state);
}

/** Whether a service is there, in this project and, where one is named, this stack: v2-beta ignores filters that it does not know. */
export function belongs(
  service: {
    readonly state: string;
    readonly removed: string | null;
    readonly accountId: string;
    readonly stackId: string;
  },
  projectId: string,
  stackId: string | undefined,
): boolean {
  return isThere(service) && service.accountId === projectId && (stackId === undefined || service.stackId === stackId);
}

/** Where a service is, after `/v2-beta`. */
export function servicePath(projectId: string, serviceId: string): string {
  return `/projects/${encodeURIComponent(projectId)}/services/${encodeURIComponent(serviceId)}`;
}
