/** An image reference as Docker reads it, or why it is none. */
export type ImageReference =
  | { readonly ok: true; readonly reference: string; readonly warning: string | null }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

import { shown } from './shown';

const PREFIX = 'docker:';
/** Characters; Rancher's own column holds a quarter of it. */
const LONGEST = 1000;
const EXAMPLE = 'write it as example/web:2.4.1, or registry.example.com:5000/team/web:2.4.1';
const HOST =
  /^(localhost|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)(:\d{1,5})?$/;
const IPV6_HOST = /^\[[0-9A-Fa-f:]+\](:\d{1,5})?$/;
const PATH_PART = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$|^(?!sha256:)[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/**
 * Reads `registry:port/path:tag@digest`, with or without Rancher's prefix `docker:`.
 *
 * `reference` comes back without the prefix, except where it would be taken for one (`docker:docker:24`, Docker's own image).
 */
export function parseImageReference(text: string): ImageReference {
  const bare = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (text === '') return no('it is empty', EXAMPLE);
  if (text.length > LONGEST)
    return no(`it has ${String(text.length)} characters; at most ${String(LONGEST)} are possible`, EXAMPLE);
  if (/\s/.test(text)) return no(`${shown(text)} has white space in it`, EXAMPLE);
  if (bare === '') return no('"docker:" is only the prefix; the image is missing', EXAMPLE);
  if (bare.includes('://'))
    return no(`${shown(text)} is a URL, not an image reference`, `leave out the scheme: ${EXAMPLE}`);

  const at = bare.indexOf('@');
  const digest = at < 0 ? null : bare.slice(at + 1);
  const named = at < 0 ? bare : bare.slice(0, at);
  if (digest !== null && !DIGEST.test(digest)) {
    return no(`${shown(text)} has a digest that is none`, 'a digest is sha256: and 64 hexadecimal digits');
  }

  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : null;
  const repository = hasTag ? named.slice(0, colon) : named;
  if (tag === '') return no(`${shown(text)} ends with a colon: its tag is empty`, 'write the tag after the colon');
  if (tag !== null && !TAG.test(tag)) {
    return no(`${shown(text)} has an impossible tag`, 'a tag is up to 128 letters, digits, ".", "_" and "-"');
  }

  const wrong = repositoryProblem(repository, text);
  if (wrong !== null) return wrong;
  const reference = bare.startsWith(PREFIX) ? text : bare;
  return { ok: true, reference, warning: warningFor(tag, digest, reference, repository) };
}

function repositoryProblem(repository: string, text: string): ImageReference | null {
  const parts = repository.split('/');
  const first = parts[0] ?? '';
  const hasHost = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  if (hasHost && !HOST.test(first) && !IPV6_HOST.test(first)) {
    return no(`${shown(text)} names a registry ${shown(first)} that is no host name with a port`, EXAMPLE);
  }
  for (const part of hasHost ? parts.slice(1) : parts) {
    if (part === '') return no(`${shown(text)} has an empty part in its path`, EXAMPLE);
    if (/[A-Z]/.test(part)) {
      return no(
        `${shown(text)} has capital letters in its repository`,
        `Docker takes small letters only: ${shown(part.toLowerCase())}`,
      );
    }
    if (!PATH_PART.test(part)) return no(`${shown(text)} has an impossible part ${shown(part)} in its path`, EXAMPLE);
  }
  return null;
}

function warningFor(tag: string | null, digest: string | null, reference: string, repository: string): string | null {
  if (digest !== null) return null;
  if (tag === null)
    return `${reference} has no tag: Docker takes "latest", which moves. Name a version to know what runs.`;
  if (tag === 'latest') return `the tag "latest" of ${repository} moves. Name a version to know what runs.`;
  return null;
}

function no(problem: string, fix: string): ImageReference {
  return { ok: false, problem, fix };
}
