import { nearSpellings } from '../../rancher/near-spellings';

/** The one of `known` that `asked` was probably meant for; two letters that changed places are the commonest slip. */
export function nearest(asked: string, known: Iterable<string>): string | undefined {
  if (asked.length > 300) return undefined;
  const names = [...known];
  const letters = (word: string): string => [...word.toLowerCase()].sort().join('');
  return names.find((name) => letters(name) === letters(asked)) ?? nearSpellings(asked, names, 1)[0];
}
