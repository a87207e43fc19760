/** What a query of Prometheus's refers to: a metric's name with the labels that its selector names, and the labels that it groups by. */
export interface Referred {
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  readonly groupedBy: readonly string[];
}

const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)/g;
const SELECTOR = /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^{}]*)\}|(?!\s*\()(?![a-zA-Z0-9_:]))/g;
const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*""\s*$/;
const KEYWORDS: readonly string[] = ['by', 'without', 'and', 'or', 'unless', 'offset', 'bool'];

/**
 * The metrics and labels of a query, of the part of PromQL that dashboards use.
 *
 * @throws Error where its brackets do not match, or a matcher is none
 */
export function referredBy(query: string): Referred {
  // What is in quotes may hold brackets and commas of its own.
  const bare = query.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const stack: string[] = [];
  for (const character of bare) {
    if ('([{'.includes(character)) stack.push({ '(': ')', '[': ']', '{': '}' }[character] ?? '');
    else if (')]}'.includes(character) && stack.pop() !== character) throw new Error(`unbalanced: ${query}`);
  }
  if (stack.length > 0) throw new Error(`unbalanced: ${query}`);

  const groupedBy = [...bare.matchAll(GROUPING)].flatMap(([, names = '']) => names.split(',').map((one) => one.trim()));
  const without = bare.replace(GROUPING, ' ').replace(/\[[^\]]*\]/g, ' ');
  const selectors = [...without.matchAll(SELECTOR)]
    .filter(([, metric = '']) => !KEYWORDS.includes(metric))
    .map(([, metric = '', matchers = '']) => ({
      metric,
      labels: matchers
        .split(/,(?=\s*[a-zA-Z_])/)
        .filter((text) => text.trim() !== '')
        .map((text) => MATCHER.exec(text)?.[1] ?? refuse(text, query)),
    }));
  return { selectors, groupedBy };
}

function refuse(matcher: string, query: string): never {
  throw new Error(`no matcher: ${matcher} in ${query}`);
}
