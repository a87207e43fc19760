import type { Figures } from './figures';
import { isMet } from './figures';
import { measuredText, withUnit } from './format';
import { figuresTable } from './markdown-table';

/** What a section measured, for a terminal. */
export function figuresText({ tables, targets, notes }: Figures): string[] {
  return [
    ...tables.flatMap((table) => ['', table.title, ...figuresTable(table), ...(table.notes ?? [])]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    ...(targets.length === 0 ? [] : ['']),
    ...targets.map(
      (target) =>
        `${isMet(target) ? 'met   ' : 'MISSED'} ${target.what}: ${measuredText(target)}, at most ${withUnit(target.limit, target.unit)}`,
    ),
  ];
}
