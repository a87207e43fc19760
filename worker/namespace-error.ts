/** Temporal does not have the namespace, and it is not made; nothing was changed. */
export class NamespaceError extends Error {
  override name = 'NamespaceError' as const;
}
