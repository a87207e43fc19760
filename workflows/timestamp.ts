/** A moment for people, with its date, for what waits may wait for days: `2026-03-01 14:05:09 UTC`. */
export function timestamp(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
