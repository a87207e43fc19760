/** Pages read of one collection before something must be wrong. */
const MAX_PAGES = 200;

/** One page of a collection. */
export interface Page<T> {
  readonly items: T[];
  /** Characters of its text. */
  readonly size: number;
  /** The query of the next one; undefined where it is the last. */
  readonly next: URLSearchParams | undefined;
}

/** A collection to be read. */
export interface PagedRead<T> {
  /** The query of its first page. */
  readonly first: URLSearchParams;
  /** What this refuses is dropped with its page. */
  readonly keep: (item: T) => boolean;
  /** All pages together may take so much. */
  readonly mostCharacters: number;
  readonly readPage: (search: string) => Promise<Page<T>>;
  /** The failure of a list that is too large, or does not end. */
  readonly endless: (why: string) => Error;
}

/** All items of a collection, one page after the other. */
export async function readAllPages<T>(read: PagedRead<T>): Promise<T[]> {
  const items: T[] = [];
  const asked = new Set<string>();
  let size = 0;
  let search: URLSearchParams | undefined = read.first;
  while (search !== undefined) {
    const query = search.toString();
    const isTooLarge = size > read.mostCharacters;
    if (asked.has(query) || asked.size >= MAX_PAGES || isTooLarge) {
      const why = isTooLarge ? `is too large (${size} characters)` : 'does not end';
      throw read.endless(`${why} (${asked.size} pages)`);
    }
    asked.add(query);
    const page: Page<T> = await read.readPage(query);
    for (const item of page.items) if (read.keep(item)) items.push(item);
    size += page.size;
    search = page.next;
  }
  return items;
}
