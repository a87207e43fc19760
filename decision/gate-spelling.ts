/** What holds of a gate where nothing else is said; all times in milliseconds. */
export const GATE_DEFAULTS = {
  passes: 1,
  everyMillis: 5_000,
  withinMillis: 120_000,
  timeoutMillis: 10_000,
  status: 200,
} as const;

/** Least and most of what a gate may say; durations as people write them. */
export const GATE_BOUNDS = {
  status: [100, 599],
  passes: [1, 100],
  every: ['100ms', '1h'],
  within: ['1s', '1d'],
  timeout: ['100ms', '10m'],
} as const;

/** What is wrong with an address, and what to write instead. */
export interface WrongAddress {
  readonly text: string;
  readonly fix: string;
}

/**
 * What is wrong with an address that is to be probed. It is shown in histories: no credentials.
 *
 * @param names what may stand in braces
 * @param isUrl whether a text is an address as a whole: nothing in here knows the rules of URLs
 */
export function wrongAddress(
  url: string,
  names: readonly string[],
  isUrl: (text: string) => boolean,
): WrongAddress | undefined {
  const none = {
    text: 'it is no address',
    fix: 'write the address to ask, such as http://web.prod.internal:8080/health',
  };
  if (!/^https?:\/\/[^\s]+$/i.test(url)) return none;
  if (/^https?:\/\/[^/?#]*@/i.test(url))
    return {
      text: 'credentials do not belong into the address',
      fix: 'give a header that the worker has the value of',
    };
  if (!isUrl(url.replaceAll(/[{}]/g, ''))) return none;
  const other = [...url.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).find((name) => !names.includes(name));
  if (other === undefined) return undefined;
  return {
    text: `{${other.slice(0, 40)}} stands for nothing`,
    fix: `known: ${names.map((name) => `{${name}}`).join(', ')}`,
  };
}

/** Whether a text can be the name of an HTTP header. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** Whether a text can name a gate, which is a part of histories. */
export function isGateName(name: string): boolean {
  return /^[\w.-]{1,60}$/.test(name);
}

/** Whether so many passes do not fit into the time that they are given. */
export function takesTooLong(gate: {
  readonly passes: number;
  readonly everyMillis: number;
  readonly withinMillis: number;
}): boolean {
  return (gate.passes - 1) * gate.everyMillis >= gate.withinMillis;
}
