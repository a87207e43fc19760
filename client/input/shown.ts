import { looksLikeASecret } from './looks-like-a-secret';

const LIMIT = 80;
/** A URL with a user's name and password in it, or those alone before a host. */
const CREDENTIALS = /^[^\s/]*:[^\s/]+@|:\/\/[^\s/]*@/;

/**
 * What somebody typed, as a message may repeat it: in quotes, cut to a bearable length, without control over the terminal; and not at all
 * where it looks like a secret that was typed in the wrong place.
 */
export function shown(text: string): string {
  const words = text.split(/[=,;\s"'`&|<>()]+/).flatMap((word) => [word, word.replace(/^\W+/, '')]);
  if (words.some((word) => looksLikeASecret(word) || CREDENTIALS.test(word)))
    return 'what is given there (it looks like a secret: not shown)';
  const characters = [...text.slice(0, 2 * LIMIT)];
  const cut = characters.length > LIMIT || text.length > 2 * LIMIT ? `${characters.slice(0, LIMIT).join('')}…` : text;
  return JSON.stringify(cut).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, escaped);
}

/** The same for the place of a problem: without quotes where it is a plain word. */
export function shownPlace(text: string): string {
  const inQuotes = shown(text);
  return inQuotes === `"${text}"` && /^\S+$/.test(text) ? text : inQuotes;
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
