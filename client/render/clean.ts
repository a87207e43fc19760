/** One line of text that comes from elsewhere, safe to print: line breaks and terminal escapes out. */
export function clean(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
