import type { Cell, Target, Unit } from './figures';
import { isSpread } from './figures';

/** What a unit is called behind a number; a count has no name. */
const SYMBOLS: Readonly<Record<Unit, string>> = {
  s: 's',
  ms: 'ms',
  MB: 'MB',
  kB: 'kB',
  count: '',
  percent: '%',
  'per second': '/s',
};

export const symbolOf = (unit: Unit): string => SYMBOLS[unit];

/** `Requests`, or `Lost, s`. */
export function titleOf({ title, unit }: { readonly title: string; readonly unit?: Unit }): string {
  const symbol = unit === undefined ? '' : symbolOf(unit);
  return symbol === '' ? title : `${title}, ${symbol}`;
}

/** A number with as many digits as say something: three, or all before the point. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3);
}

/** `0.52 [0.41–0.70]` for several runs. */
export function cellText(cell: Cell): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return numberText(cell);
  const { median, min, max, runs } = cell;
  return runs === 1 || min === max
    ? numberText(median)
    : `${numberText(median)} [${numberText(min)}–${numberText(max)}]`;
}

/** The number that stands for a cell in a chart or a target. */
export function numberOf(cell: Cell): number | null {
  if (isSpread(cell)) return cell.median;
  return typeof cell === 'number' ? cell : null;
}

export function withUnit(value: number, unit: Unit): string {
  const symbol = symbolOf(unit);
  return symbol === '' ? numberText(value) : `${numberText(value)} ${symbol}`;
}

export const measuredText = ({ measured, unit }: Target): string =>
  measured === null ? 'not measured' : withUnit(measured, unit);
