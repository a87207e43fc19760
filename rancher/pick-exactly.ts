import { AmbiguousError } from './errors/ambiguous-error';
import { LookupError } from './errors/lookup-error';
import { listed, quote } from './wording';

/**
 * The one of exactly this name; undefined when no name matches, whatever its case.
 *
 * @param asked - the request and the host, for messages
 * @throws AmbiguousError, or LookupError with the right spelling
 */
export function pickExactly<T extends { readonly id: string; readonly name: string }>(
  candidates: readonly T[],
  name: string,
  kind: 'environment' | 'stack' | 'service',
  { request, host }: { readonly request: string; readonly host: string },
): T | undefined {
  const exact = candidates.filter((candidate) => candidate.name === name);
  const [only, ...more] = exact;
  if (only !== undefined && more.length === 0) return only;
  if (only !== undefined) {
    const ids = exact.map((candidate) => candidate.id);
    const next = kind === 'environment' ? 'Give the id of the one that is meant.' : 'Rename one of them.';
    throw new AmbiguousError(
      `There are ${exact.length} ${kind}s named ${quote(name)} on ${host}: ${listed(ids)}. ${next}`,
      ids,
      { request },
    );
  }
  const spelled = candidates.filter((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (spelled.length === 0) return undefined;
  const names = [...new Set(spelled.map((candidate) => candidate.name))];
  throw new LookupError(
    `There is no ${kind} ${quote(name)} on ${host}: it is spelled ${listed(names.map(quote))}. Use exactly that.`,
    names,
    { request },
  );
}
