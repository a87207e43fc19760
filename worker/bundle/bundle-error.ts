/** The workflows' code cannot be loaded. */
export class BundleError extends Error {
  override name = 'BundleError' as const;
}
