/**
 * Control characters, and format characters that change the direction of a text or hide in it. The two joiners stay: words of some
 * languages, and some emoji, need them.
 */
const CONTROL = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const MANY = new RegExp(`(?:\\s|${CONTROL.source})+`, 'gu');
const ALL_BUT_LINES = new RegExp(`(?!\\n)${CONTROL.source}`, 'gu');
const ALL = new RegExp(CONTROL.source, 'gu');

/** One line of text that comes from elsewhere, safe to print: line breaks, terminal escapes and marks of direction out. */
export function clean(text: string): string {
  return text.replaceAll(MANY, ' ').trim();
}

/** The same for a text of several lines. */
export function cleanLines(text: string): string {
  return text.replaceAll(ALL_BUT_LINES, ' ');
}

/** A value as one line of JSON and its line break. What a terminal would obey is escaped: the value stays what it was. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value).replaceAll(ALL, escaped)}\n`;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
