import { clean } from '../render/clean';

/** Services that are named in a comment for each environment. */
const MOST_NAMED = 12;

/** Shorter keys may be a part of a path by chance. */
const LEAST_TELLING = 8;

/** Where a key is found: in an environment variable, or in a file. */
export type KeyPlace = { readonly env: string } | { readonly file: string };

/**
 * Reads what somebody answered to where a key will be found: the name of an environment variable, or the path of a file. The question comes
 * after that for the key, so that the key may be what was typed or pasted once more.
 *
 * @param keys - keys that were given so far; none of them is a place
 * @returns undefined where it may be a key, and so must not be written anywhere
 */
export function placeFrom(answer: string, keys: readonly string[]): KeyPlace | undefined {
  const typed = answer.toLowerCase();
  const isKey = keys
    .map((key) => key.toLowerCase())
    .some((key) => typed === key || (key.length >= LEAST_TELLING && typed.includes(key)));
  if (isKey) return undefined;
  if (/^[A-Z_][A-Z0-9_]*$/.test(answer)) return { env: answer };
  // A file without a folder looks as a key may look.
  return answer.includes('/') ? { file: answer } : undefined;
}

/** An environment of a first `drover.yaml`. */
export interface FirstEnvironment {
  readonly alias: string;
  /** Name or id in Rancher. */
  readonly project: string;
  /** `STACK/SERVICE`, for a comment. */
  readonly services: readonly string[];
}

/** What a first `drover.yaml` is made of; it holds no key. */
export interface FirstConfiguration {
  readonly url: string;
  /** PEM file; undefined for none. */
  readonly ca: string | undefined;
  readonly accessKey: KeyPlace;
  readonly secretKey: KeyPlace;
  /** Undefined: as the environment variables say, or the default. */
  readonly temporal: { readonly address: string; readonly namespace: string } | undefined;
  readonly environments: readonly FirstEnvironment[];
}

/** A first `drover.yaml`, with comments: all that a worker needs to know, and where it finds its keys. */
export function configurationText(first: FirstConfiguration): string {
  const { url, ca, temporal, environments } = first;
  return [
    '# Made by "drover init". No key is in it: it says where the worker finds them. A file is read anew each time; an environment',
    '# variable when the worker starts, so that a changed one takes a restart.',
    '# All that can be set is in docs/configuration.md.',
    '',
    ...(temporal === undefined
      ? ['# temporal: { address: "temporal.example.com:7233", namespace: "default" }']
      : ['temporal:', `  address: ${quoted(temporal.address)}`, `  namespace: ${quoted(temporal.namespace)}`]),
    '',
    'rancher:',
    `  url: ${quoted(url)}`,
    `  accessKey: ${placeText(first.accessKey)}`,
    `  secretKey: ${placeText(first.secretKey)}`,
    ...(ca === undefined ? [] : [`  ca: ${quoted(ca)}`]),
    '',
    'environments:',
    ...environments.flatMap(({ alias, project, services }) => [
      `  ${quoted(alias)}: # the alias: drover upgrade ${clean(alias)} …`,
      `    project: ${quoted(project)}`,
      ...servicesText(services),
    ]),
    '',
  ].join('\n');
}

function servicesText(services: readonly string[]): string[] {
  if (services.length === 0) return [];
  const more = services.length > MOST_NAMED ? ` and ${String(services.length - MOST_NAMED)} more` : '';
  return [`    # ${clean(services.slice(0, MOST_NAMED).join(', '))}${more}`];
}

/** What JSON quotes YAML reads as it is. */
const quoted = (text: string): string => JSON.stringify(text);

function placeText(place: KeyPlace): string {
  return 'env' in place ? `{ env: ${quoted(place.env)} }` : `{ file: ${quoted(place.file)} }`;
}

/** Aliases for environments by their names in Rancher: short, each once, and such that no shell minds them. */
export function aliasesFor(environments: readonly { readonly id: string; readonly name: string }[]): string[] {
  const taken = new Set<string>();
  return environments.map(({ id, name }) => {
    const plain = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
      .slice(0, 40);
    const alias = plain === '' || taken.has(plain) ? [plain, id].filter((part) => part !== '').join('-') : plain;
    taken.add(alias);
    return alias;
  });
}
