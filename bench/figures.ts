/** What a section measured, as plain data: the terminal, `docs/performance.json` and the page are made from it. */

export type Unit = 's' | 'ms' | 'MB' | 'kB' | 'count' | 'percent' | 'per second';

/** Several runs of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Null: it was not measured, or does not apply. */
export type Cell = string | number | Spread | null;

export interface Column {
  readonly title: string;
  /** Default: the cells are words. */
  readonly unit?: Unit;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Sentences below it. */
  readonly notes?: readonly string[];
}

/** A picture of some of the figures; it becomes `docs/images/performance-NAME.svg`. */
export type Chart = BarChart | LineChart;

export interface BarChart {
  readonly kind: 'bars';
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** What the parts of each bar are, in their order. */
  readonly parts: readonly string[];
  readonly bars: readonly {
    readonly label: string;
    readonly values: readonly number[];
    /** What is written behind the bar. Default: the sum of its parts, which medians of the parts do not add up to. */
    readonly total?: number;
  }[];
  /** A line at this value. */
  readonly limit?: number;
}

export interface LineChart {
  readonly kind: 'lines';
  readonly name: string;
  readonly title: string;
  readonly x: { readonly title: string; readonly logarithmic?: boolean };
  readonly y: { readonly title: string; readonly unit: Unit; readonly logarithmic?: boolean };
  readonly series: readonly { readonly label: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
  readonly limit?: number;
}

/** Something that was to be at most so much. */
export interface Target {
  readonly what: string;
  readonly unit: Unit;
  readonly limit: number;
  /** Null: it could not be measured, which is not met. */
  readonly measured: number | null;
}

export interface Figures {
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly targets: readonly Target[];
  /** Paragraphs: how it was measured, and what it does not say. */
  readonly notes: readonly string[];
}

export const isMet = ({ measured, limit }: Target): boolean => measured !== null && measured <= limit;

export const isSpread = (cell: Cell): cell is Spread => typeof cell === 'object' && cell !== null;

/** @returns null where there are no values */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((one, other) => one - other);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)] ?? min,
    sorted[Math.ceil((sorted.length - 1) / 2)] ?? max,
  ];
  return { median: (low + high) / 2, min, max, runs: sorted.length };
}
