/** A secret's place as it stands in a configuration: never the secret itself. */
export type SecretSpelling =
  | { readonly env: string }
  | { readonly file: string }
  | {
      readonly command: readonly [string, ...string[]];
      /** Milliseconds. */
      readonly refreshMillis?: number;
      /** Milliseconds. */
      readonly timeoutMillis?: number;
    };

/** How the place of a secret is written. */
export const SECRET_FORM = '{ env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT, …] }';

const FORM = `where it comes from, ${SECRET_FORM}`;

/** Reads how somebody wrote it down: the place, or in words what is wrong with it. What it found is not repeated. */
export function readSecretSpelling(
  value: unknown,
  readDuration: (text: string) => number | undefined,
): { readonly spelling: SecretSpelling } | { readonly wrong: string } {
  if (typeof value === 'string' || typeof value === 'number')
    return {
      wrong: `a secret does not belong into this file; say ${FORM}. (If it is a real one, take it out of the file and of the history of your repository.)`,
    };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { wrong: `expected ${FORM}` };
  const given = value as Readonly<Record<string, unknown>>;
  const { command, refresh, timeout, ...others } = given;
  if (command !== undefined) return ofCommand(command, { refresh, timeout }, Object.keys(others), readDuration);
  const [key, place] = Object.entries(given)[0] ?? [];
  if (Object.keys(given).length !== 1 || (key !== 'env' && key !== 'file'))
    return { wrong: `expected exactly one of env, file and command: ${FORM}` };
  if (typeof place !== 'string' || place.trim() === '')
    return { wrong: `expected ${key === 'env' ? 'the name of an environment variable' : 'a path'} in ${key}` };
  if (key === 'file') return { spelling: { file: place } };
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(place)
    ? { spelling: { env: place } }
    : { wrong: 'env must be the name of an environment variable (letters, digits and _), not its value' };
}

/** The longest that a command may take: it is waited for when it is run the first time. */
const LONGEST_TIMEOUT_MILLIS = 60_000;
/** Sooner than this it is not run again. */
const SHORTEST_REFRESH_MILLIS = 1_000;

function ofCommand(
  command: unknown,
  { refresh, timeout }: { readonly refresh: unknown; readonly timeout: unknown },
  others: readonly string[],
  readDuration: (text: string) => number | undefined,
): { readonly spelling: SecretSpelling } | { readonly wrong: string } {
  if (others.length > 0)
    return {
      wrong: `beside command there may be refresh and timeout only: { command: [PROGRAM], refresh: 5m, timeout: 10s }`,
    };
  const words: readonly unknown[] = Array.isArray(command) ? command : [];
  const [program, ...more] = words.filter((word) => typeof word === 'string');
  if (program === undefined || program.trim() === '' || more.length + 1 !== words.length)
    return {
      wrong:
        'command must be a list of texts, the program first: [vault, read, -field=key, secret/rancher]; no shell reads it',
    };
  if ([program, ...more].some((word) => word.includes('\0'))) return { wrong: 'command holds a NUL' };
  const [refreshMillis, timeoutMillis] = [millisOf(refresh, readDuration), millisOf(timeout, readDuration)];
  if (refreshMillis === null || (refreshMillis ?? Infinity) < SHORTEST_REFRESH_MILLIS)
    return { wrong: 'refresh must be a duration from 1s on, such as 5m' };
  if (timeoutMillis === null || (timeoutMillis ?? 1) < 1 || (timeoutMillis ?? 1) > LONGEST_TIMEOUT_MILLIS)
    return { wrong: 'timeout must be a duration up to 1m, such as 10s' };
  return {
    spelling: {
      command: [program, ...more],
      ...(refreshMillis === undefined ? {} : { refreshMillis }),
      ...(timeoutMillis === undefined ? {} : { timeoutMillis }),
    },
  };
}

/** Undefined where none is given, null where it is no duration. */
function millisOf(value: unknown, readDuration: (text: string) => number | undefined): number | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? (readDuration(value) ?? null) : null;
}
