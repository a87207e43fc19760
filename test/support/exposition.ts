/** One line of a page of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all of its lines. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*';
const HELP = new RegExp(`^# HELP (${NAME}) (.*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const PAIR = new RegExp(`^(${LABEL})="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"(?:,(?=.)|$)`);
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|Inf)|NaN)$/i;

/**
 * Reads a page in Prometheus's text format (version 0.0.4), strictly: what Prometheus would refuse or misunderstand is an error, and so is
 * what only a careless exporter writes (a metric without help or type, or in two places).
 *
 * @throws Error with the line
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the page does not end with a line break');
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  const seen = new Set<string>();
  let help: { name: string; text: string } | null = null;
  let current: (Family & { readonly samples: Sample[] }) | null = null;
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    const refuse = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    if (line.startsWith('#')) {
      const [, helped, words = ''] = HELP.exec(line) ?? [];
      if (helped !== undefined) {
        if (help !== null) refuse(`the help of ${help.name} is not followed by its type`);
        help = { name: helped, text: unescape(words, /\\([\\n])/g) };
        continue;
      }
      const [, name, type] = TYPE.exec(line) ?? [];
      if (name === undefined || type === undefined) return refuse('neither help nor type');
      if (help?.name !== name) refuse('a type without the help before it');
      if (families.has(name)) refuse('it was there before');
      current = { name, type, help: help?.text ?? '', samples: [] };
      families.set(name, current);
      help = null;
      continue;
    }
    const [, name, inner, value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || value === undefined || !NUMBER.test(value)) return refuse('no sample');
    if (help !== null || current === null || !suffixesOf(current.type).some((end) => name === `${current?.name}${end}`))
      return refuse(`not of ${current?.name ?? 'any metric'}`);
    const labels = labelsOf(inner, refuse);
    const key = `${name}${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(key)) refuse('the same series twice');
    seen.add(key);
    current.samples.push({ name, labels, value: Number(value.replace(/Inf$/i, 'Infinity')) });
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

function suffixesOf(type: string): readonly string[] {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'];
  return type === 'summary' ? ['', '_sum', '_count'] : [''];
}

function labelsOf(inner: string | undefined, refuse: (why: string) => never): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = inner ?? ''; rest !== '';) {
    const [whole, name, value] = PAIR.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) return refuse('bad labels');
    if (Object.hasOwn(labels, name)) refuse(`the label ${name} twice`);
    labels[name] = unescape(value, /\\([\\"n])/g);
    rest = rest.slice(whole.length);
  }
  return labels;
}

function unescape(text: string, escapes: RegExp): string {
  return text.replace(escapes, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function checkFamily({ name, type, samples }: Family): void {
  if (samples.length === 0) throw new Error(`${name} has no samples`);
  if (type === 'counter')
    for (const { value } of samples) if (!(value >= 0)) throw new Error(`the counter ${name} is ${value}`);
  if (type !== 'histogram') return;
  for (const series of seriesOf(samples)) {
    const buckets = series.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number((labels['le'] ?? '').replace('Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const count = series.find((sample) => sample.name === `${name}_count`)?.value;
    const isWhole =
      bounds.at(-1) === Infinity &&
      counts.at(-1) === count &&
      bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? NaN)) &&
      counts.every((value, index) => index === 0 || value >= (counts[index - 1] ?? NaN)) &&
      series.filter((sample) => sample.name === `${name}_sum`).length === 1;
    if (!isWhole) throw new Error(`the histogram ${name} is not whole: ${JSON.stringify(series)}`);
  }
}

/** The lines of a histogram by their labels, the bound left out. */
function seriesOf(samples: readonly Sample[]): Sample[][] {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  return [...series.values()];
}

/**
 * The sum of a metric's samples with these labels (others may have any value): a counter, a gauge, or of a histogram `NAME_count`,
 * `NAME_sum` or a bucket. 0 where there are none.
 */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name) ?? families.get(name.replace(/_(?:count|sum|bucket)$/, ''));
  const matching = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return matching.reduce((sum, { value }) => sum + value, 0);
}
