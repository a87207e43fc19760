/** Another process uses the state folder; nothing was started. */
export class StateInUseError extends Error {
  override name = 'StateInUseError' as const;
}
