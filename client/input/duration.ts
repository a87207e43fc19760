const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;

/**
 * Milliseconds of a duration such as `500ms`, `30s`, `10m`, `1h30m`; `undefined` where it is none.
 *
 * @param bareSeconds take a bare number as seconds, as the tools people come from do
 */
export function parseDuration(text: string, bareSeconds: boolean): number | undefined {
  const trimmed = text.trim();
  if (bareSeconds && /^\d+(\.\d+)?$/.test(trimmed)) return finite(Number(trimmed) * UNITS.s);
  let total = 0;
  let end = 0;
  PART.lastIndex = 0;
  for (let part = PART.exec(trimmed); part !== null; part = PART.exec(trimmed)) {
    total += Number(part[1]) * UNITS[part[2] as keyof typeof UNITS];
    end = PART.lastIndex;
  }
  return end > 0 && end === trimmed.length ? finite(total) : undefined;
}

function finite(millis: number): number | undefined {
  return Number.isFinite(millis) && millis <= Number.MAX_SAFE_INTEGER ? Math.round(millis) : undefined;
}

/** A duration for people: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(millis: number): string {
  const seconds = Math.max(0, millis) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return two(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return two(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
  return two(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3600), 'h');
}

function two(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${String(major)} ${majorUnit}` : `${String(major)} ${majorUnit} ${String(minor)} ${minorUnit}`;
}
