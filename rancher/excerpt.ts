import type { Redact } from './redact';

const MAX_EXCERPT = 200;

/**
 * A short, harmless piece of a reply that is not Rancher's, in quotes: a page's title, else its first words.
 *
 * Nothing is shown of what looks like JSON, from its first brace on: a damaged reply of Rancher's holds the values of
 * environment variables.
 *
 * @returns "" where there is nothing to show.
 */
export function excerptOf(text: string, contentType: string, redact: Redact): string {
  const start = text.slice(0, 20_000);
  const isHtml = /html/i.test(contentType) || /^\s*</.test(start);
  const title = isHtml ? /<title[^>]*>([\s\S]*?)<\/title>/i.exec(start)?.[1] : undefined;
  const visible = isHtml
    ? start.replace(/<(script|style|head)[\s\S]*?(?:<\/\1>|$)/gi, ' ').replace(/<[^>]*(?:>|$)/g, ' ')
    : start;
  // Secrets are looked for before anything is cut: half a key would not be recognised.
  const words = redact(title ?? visible)
    .replace(/[{[](?!redacted\])[\s\S]*$/, '')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  if (words === '') return '';
  return JSON.stringify(words.length > MAX_EXCERPT ? `${words.slice(0, MAX_EXCERPT)}…` : words);
}
