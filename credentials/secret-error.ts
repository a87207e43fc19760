/** A secret cannot be read from where it should be. The message names the place, never a value. */
export class SecretError extends Error {
  override name = 'SecretError' as const;
}
