/**
 * Where a worker is frozen: while workflow code runs, or in its first attempt to post an upgrade.
 *
 * - `within-workflow-code`: Temporal's SDK limits the time of each run of workflow code
 * - `before-the-lease-check`: as it asks for the service, the last read before the check
 * - `after-the-lease-check`: the check was passed, and no connection is begun yet
 * - `as-the-connection-stands`: the connection stands, and nobody has heard of it yet
 * - `as-the-bytes-are-written`: the time was looked at for the last time, and the next thing is the write
 */
export const FREEZE_PLACES = [
  'within-workflow-code',
  'before-the-lease-check',
  'after-the-lease-check',
  'as-the-connection-stands',
  'as-the-bytes-are-written',
] as const;
export type FreezePlace = (typeof FREEZE_PLACES)[number];

/** Environment variable of the worker: one of {@link FREEZE_PLACES}. */
export const FREEZE_AT = 'DROVER_CHAOS_FREEZE_AT';
/** Environment variable of the worker: a file that is there until the freeze, which is the only one. */
export const FREEZE_ONCE = 'DROVER_CHAOS_FREEZE_ONCE';
/** Added to the file's name: the local ports from which the first attempt posted, a line each. */
export const PORTS_SUFFIX = '.ports';
