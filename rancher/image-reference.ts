import { InvalidChangeError } from './errors/invalid-change-error';

/** An image reference taken apart: `registry:port/path:tag@digest`. */
export interface ImageReference {
  /** Host, with its port; missing for Docker Hub's short names. */
  readonly registry?: string;
  /** The path within the registry, without tag or digest. */
  readonly repository: string;
  readonly tag?: string;
  /** "sha256:…" */
  readonly digest?: string;
}

/** What Rancher puts before a reference in `imageUuid`; `sim:` is that of its simulated hosts. */
const PREFIXES = ['docker:', 'sim:'] as const;
const REGISTRY =
  /^(?:localhost|(?=[^/]*[.:])(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]))(?::\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$/;

/**
 * Takes an image reference apart. A leading `docker:` (as Rancher stores it) is accepted, once.
 *
 * @throws InvalidChangeError saying which part is wrong and how it should look.
 */
export function parseImageReference(text: string): ImageReference {
  const { rest } = splitPrefix(text);
  const fail = (why: string): InvalidChangeError =>
    new InvalidChangeError(
      `The image ${JSON.stringify(text.slice(0, 200))} cannot be used: ${why}. Give one such as registry.example.com:5000/team/app:1.2.3.`,
      { fieldName: 'imageUuid' },
    );
  if (rest === '') throw fail(text === '' ? 'it is empty' : `nothing stands after "${text}"`);
  if (/\s/.test(rest)) throw fail('it holds white space');
  if (/^[a-z]+:\/\//i.test(rest)) throw fail('it is a URL; an image has no "://"');
  if (splitPrefix(rest).prefix === 'docker:') throw fail('it has the prefix "docker:" twice');

  const at = rest.indexOf('@');
  const digest = at < 0 ? undefined : rest.slice(at + 1);
  if (digest !== undefined && !DIGEST.test(digest)) {
    throw fail(`${JSON.stringify(digest.slice(0, 100))} after "@" is no digest (sha256: and 64 hexadecimal digits)`);
  }
  if (digest?.startsWith('sha256:') === true && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw fail('a sha256 digest has 64 hexadecimal digits in lower case');
  }
  const named = at < 0 ? rest : rest.slice(0, at);
  // The tag's colon comes after the last slash; one before it belongs to the registry's port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) {
    throw fail(
      tag === ''
        ? 'the tag after ":" is empty'
        : `${JSON.stringify(tag.slice(0, 100))} is no tag (letters, digits, "_", "." and "-", 128 at most)`,
    );
  }
  const path = (colon < 0 ? named : named.slice(0, colon)).split('/');
  const [first = '', ...others] = path;
  const registry = others.length > 0 && REGISTRY.test(first) ? first : undefined;
  const components = registry === undefined ? path : others;
  const bad = components.find((component) => !COMPONENT.test(component));
  if (bad !== undefined) {
    if (bad === '') throw fail(named === '' ? 'the name is missing' : 'a part of its path is empty');
    const why = COMPONENT.test(bad.toLowerCase()) ? 'must be in lower case' : 'is not allowed in an image name';
    throw fail(`${JSON.stringify(bad.slice(0, 100))} ${why}`);
  }
  return {
    ...(registry === undefined ? {} : { registry }),
    repository: components.join('/'),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * The reference as Rancher's `imageUuid` wants it: `docker:` is put before it once, a `docker:` or `sim:` that stands there
 * stays.
 *
 * @throws InvalidChangeError when it is no image reference.
 */
export function toImageUuid(reference: string): string {
  parseImageReference(reference);
  const { prefix, rest } = splitPrefix(reference);
  return `${prefix ?? 'docker:'}${rest}`;
}

/**
 * Whether two references name the same image, as Docker would pull it: with or without `docker:`; no tag is `:latest`;
 * `app` is `docker.io/library/app`; under the same digest the tag says nothing. A tag and a digest are never taken for the
 * same. What cannot be parsed is compared as text.
 */
export function sameImage(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [canonical(a), canonical(b)];
  return left !== undefined && left === right;
}

function canonical(text: string): string | undefined {
  try {
    const { registry, repository, tag, digest } = parseImageReference(text);
    const isHub = registry === undefined || registry === 'docker.io' || registry === 'index.docker.io';
    const path = isHub && !repository.includes('/') ? `library/${repository}` : repository;
    const prefix = splitPrefix(text).prefix ?? 'docker:';
    return `${prefix}${isHub ? 'docker.io' : registry.toLowerCase()}/${path}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;
  } catch {
    return undefined;
  }
}

function splitPrefix(text: string): { prefix: (typeof PREFIXES)[number] | undefined; rest: string } {
  const prefix = PREFIXES.find((known) => text.startsWith(known));
  return { prefix, rest: prefix === undefined ? text : text.slice(prefix.length) };
}
