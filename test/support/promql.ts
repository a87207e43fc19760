/** A metric that a query of Prometheus's refers to: the labels that its selector names, and those that what it stands in groups or matches by. */
export interface Referred {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly groupedBy: readonly string[];
}

interface Grouping {
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
}

const GROUPING = /\b(by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)/g;
const SELECTOR = /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^{}]*)\}|(?!\s*\()(?![a-zA-Z0-9_:]))/g;
const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*""\s*$/;
const KEYWORDS: readonly string[] = ['by', 'without', 'and', 'or', 'unless', 'offset', 'bool'];

/**
 * The metrics and labels of a query, of the part of PromQL that dashboards use.
 *
 * @throws Error where its brackets do not match, or a matcher is none
 */
export function referredBy(query: string): Referred[] {
  // What is in quotes may hold brackets and commas of its own.
  const bare = query.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const partners = partnersIn(bare, query);
  const groupings = [...bare.matchAll(GROUPING)].map((match) => groupingOf(match, bare, partners));
  // Of the same length: the places stay what they are.
  const without = bare.replace(GROUPING, spaces).replace(/\[[^\]]*\]/g, spaces);
  return [...without.matchAll(SELECTOR)]
    .filter(([, metric = '']) => !KEYWORDS.includes(metric))
    .map(({ 1: metric = '', 2: matchers = '', index }) => ({
      metric,
      labels: matchers
        .split(/,(?=\s*[a-zA-Z_])/)
        .filter((text) => text.trim() !== '')
        .map((text) => MATCHER.exec(text)?.[1] ?? refuse(text, query)),
      groupedBy: groupings.filter(({ from, to }) => from <= index && index < to).flatMap(({ names }) => names),
    }));
}

/** The place of the other bracket of each bracket. */
function partnersIn(bare: string, query: string): Map<number, number> {
  const partners = new Map<number, number>();
  const open: { readonly closes: string; readonly at: number }[] = [];
  for (const [at, character] of [...bare].entries()) {
    if ('([{'.includes(character)) open.push({ closes: { '(': ')', '[': ']', '{': '}' }[character] ?? '', at });
    if (!')]}'.includes(character)) continue;
    const last = open.pop();
    if (last?.closes !== character) throw new Error(`unbalanced: ${query}`);
    partners.set(last.at, at).set(at, last.at);
  }
  if (open.length > 0) throw new Error(`unbalanced: ${query}`);
  return partners;
}

/** `sum by (x) (…)` and `sum(…) by (x)` say something about what they aggregate; `a * on (x) b` about both sides, for which the whole query stands. */
function groupingOf(match: RegExpExecArray, bare: string, partners: ReadonlyMap<number, number>): Grouping {
  const [whole, keyword = '', list = ''] = match;
  const names = list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (keyword !== 'by' && keyword !== 'without') return { names, from: 0, to: bare.length };
  const end = match.index + whole.length;
  const after = end + (/^\s*/.exec(bare.slice(end))?.[0].length ?? 0);
  if (bare[after] === '(') return { names, from: after, to: partners.get(after) ?? bare.length };
  const before = bare.slice(0, match.index).trimEnd().length - 1;
  return { names, from: partners.get(before) ?? 0, to: before };
}

function spaces(text: string): string {
  return ' '.repeat(text.length);
}

function refuse(matcher: string, query: string): never {
  throw new Error(`no matcher: ${matcher} in ${query}`);
}
