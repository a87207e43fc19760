import type { Fields } from './why-no-request';

/** The fields that a message may have, each with the version since which. */
export type KnownFields = Readonly<Record<string, number>>;

/**
 * Version of what clients and workers say to each other: the requests with which workflows are started, and the messages that they are
 * sent. It goes up when a field is added that changes what is asked for. A worker knows this version and those before it; a client says the
 * least one in which what it asks for can be said ({@link leastVersionOf}), so that a new client and an old worker get on with each other in
 * all that the old one knows.
 */
export const MESSAGE_VERSION = 1;

/**
 * Why a message is of a version that this worker does not know, or null when it knows it. What came before there were versions has none,
 * and is of the first.
 */
export function whyNewer({ version }: Fields): string | null {
  if (version === undefined) return null;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    return '"version" is no whole number from 1 on';
  if (version <= MESSAGE_VERSION) return null;
  return `it is of version ${version} of Drover's messages, and this worker knows them up to version ${MESSAGE_VERSION}: bring the workers to the client's release first (docs/upgrading-drover.md)`;
}

/** The least version that has all of the fields that are set. */
export function leastVersionOf(message: object, known: KnownFields): number {
  const since = Object.entries(message)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => known[name] ?? MESSAGE_VERSION);
  return Math.max(1, ...since);
}

/**
 * Why there is something in a request that this worker does not know, or null when there is not. What it does not know it must not pass
 * over: it would do something else than what was asked for.
 */
export function whyUnknown(given: Fields, known: KnownFields): string | null {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return null;
  return `it asks for something that this worker does not know (a field ${NAME.test(unknown) ? `"${unknown}"` : 'of no plain name'}): client and worker are of different releases (docs/upgrading-drover.md)`;
}

/** A name that can be repeated: anything else may be a value in the wrong place. */
const NAME = /^[A-Za-z]{1,40}$/;
