import { clean } from '../render/clean';

/** A piece of a page: markup that is safe as it stands. Only {@link html} makes one of what comes from elsewhere. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | readonly Html[];

/** A piece of a page; every text in it is escaped, in the content and in attributes with quotes alike. */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(markup.map((text, at) => text + (at < parts.length ? shown(parts[at]) : '')).join(''));
}

/** Nothing. */
export const NONE = new Html('');

/** A link where it leads to a page on the web; else its text alone: nothing else is ever followed. */
export function link(url: string): Html {
  return /^https?:\/\//i.test(url) ? html`<a href="${url}" rel="noreferrer">${url}</a>` : html`${url}`;
}

function shown(part: Part | undefined): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(({ markup }) => markup).join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return clean(text).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
