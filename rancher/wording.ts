/** Words of somebody else's as one line: without line breaks, terminal escapes and marks that turn the direction of a text. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
}

/** A name in quotes, bounded. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** The first dozen of a list, and how many more there are. */
export function listed(items: readonly string[]): string {
  const shown = items.slice(0, 12).join(', ');
  return items.length > 12 ? `${shown} and ${items.length - 12} more` : shown;
}

/** A question that ends in a space; empty where nothing is near. */
export function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? '' : `Did you mean ${near.map(quote).join(' or ')}? `;
}
