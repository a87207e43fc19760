/** A duration for people: `8 s`, `12 min`, `1.5 h`. */
export function seconds(millis: number): string {
  if (millis < 60_000) return `${Math.round(millis / 1000)} s`;
  return millis < 3_600_000 ? `${Math.round(millis / 60_000)} min` : `${(millis / 3_600_000).toFixed(1)} h`;
}
