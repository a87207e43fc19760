const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a duration looks like, for messages. */
export const DURATION_FORM = 'a duration such as 500ms, 30s, 10m, 2h or 7d';

/** Milliseconds of `500ms`, `30s`, `1.5h` …; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
}

/** Milliseconds in the largest unit that shows them whole: 90000 is `90s`, 600000 is `10m`. */
export function formatDuration(millis: number): string {
  if (millis === 0) return '0s';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (millis % UNITS[unit] === 0) return `${millis / UNITS[unit]}${unit}`;
  }
  return `${millis}ms`;
}
