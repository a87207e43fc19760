/** How often the process looks whether it stood still, milliseconds. */
const LOOK_EVERY_MILLIS = 250;
/** Longer between two looks is a standstill, milliseconds: less is what a busy machine does all the time. */
const STANDSTILL_MILLIS = 1_000;
/** For so long after a standstill, what arrives may have waited for the process meanwhile, milliseconds. */
const BACKLOG_MILLIS = 5_000;

let lookedAt = performance.now();
let last = { from: -Infinity, to: -Infinity };

setInterval(look, LOOK_EVERY_MILLIS).unref();

/**
 * When Temporal may have handed over, at the earliest, the work that begins now; on the process's monotonic clock, milliseconds.
 *
 * Work for a process that stands still (a suspended machine, a stopped process) waits in its sockets, and its time is running all the
 * while: when it wakes, an attempt may arrive together with the one that took its place. So right after a standstill what begins counts
 * from before it.
 */
export function handedOverAt(): number {
  look();
  const now = performance.now();
  return now - last.to <= BACKLOG_MILLIS ? last.from : now;
}

function look(): void {
  const now = performance.now();
  if (now - lookedAt > STANDSTILL_MILLIS) last = { from: lookedAt, to: now };
  lookedAt = now;
}
