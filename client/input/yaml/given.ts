/** The same without what is `undefined`: a key that is not set is not there. */
export function given<Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}

/** What a YAML text holds where a mapping is expected; nothing where it holds something else, which is told elsewhere. */
export function mappingOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** What it holds where a list of texts is expected, or a single one: the texts, and the place of each in the list. */
export function textsOf(value: unknown): readonly { readonly text: string; readonly index: number }[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((item, index) => (typeof item === 'string' ? [{ text: item, index }] : []));
}
