import type { Row, Theme } from './row';

/** A theme's table for `docs/verdicts.md`: header and rows, as cells. */
export function documentedRows({ rows }: Theme): readonly (readonly string[])[] {
  return [['when', 'verdict', 'exit code', 'the service is left', 'done in Rancher, by whomever'], ...rows.map(cells)];
}

function cells(row: Row): readonly string[] {
  const { title, interim, verdict, exitCode, leaves, actions } = row;
  const first = interim === undefined ? '' : `\`${interim.verdict}\` at first, then `;
  return [
    title,
    `${first}\`${verdict}\``,
    interim === undefined || interim.exitCode === exitCode ? String(exitCode) : `${interim.exitCode}, then ${exitCode}`,
    left(leaves),
    actions.length === 0 ? 'nothing' : actions.join(', '),
  ];
}

function left({ state, runs }: Row['leaves']): string {
  const what: Readonly<Record<string, string>> = {
    1: ', the former image',
    2: ', the image asked for',
    other: ', their image',
    again: ', the new service',
    'example/same:1': ', the image asked for',
  };
  return `\`${state}\`${runs === undefined ? '' : (what[runs] ?? ', the other image')}`;
}

/** The name of a theme's table between its markers. */
export function tableName({ title }: Theme): string {
  return title
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '');
}
