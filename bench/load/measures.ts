import type { Cell, Column, Table } from '../figures';
import type { LoadFigures } from './in-flight';

/** A column of a table, and how its cell is found. */
export type Measure = Column & { readonly of: (one: LoadFigures) => Cell };

const DEPLOYMENTS: Measure = { title: 'Deployments', of: (one) => one.deployments };

/** A row for each measurement: how many deployments, and the measures. */
export function table(title: string, rows: readonly LoadFigures[], measures: readonly Measure[]): Table {
  const columns = [DEPLOYMENTS, ...measures];
  return {
    title,
    columns: columns.map(({ title: heading, unit }) => ({ title: heading, ...(unit === undefined ? {} : { unit }) })),
    rows: rows.map((row) => columns.map(({ of }) => of(row))),
  };
}

/** Workflow tasks that timed out. */
export const timedOut = ({ history }: LoadFigures): number => history.byType['WORKFLOW_TASK_TIMED_OUT'] ?? 0;

/** What the worker used. */
export const worker = (one: LoadFigures): LoadFigures['processes'][string] => processOf(one, 'worker');

/** What a process used, by its name. @throws Error where there is none */
export function processOf({ processes }: LoadFigures, name: string): LoadFigures['processes'][string] {
  const found = processes[name];
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}
