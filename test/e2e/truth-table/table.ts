import type { WorldSeed } from '../../../simulator/world-seed';
import type { Service } from '../../support/seeds';
import { STACK } from '../command';
import type { Alias } from './environments';
import { ALIASES, ENVIRONMENTS, KEYS } from './environments';
import type { Row, Theme } from './row';
import { BY_ITSELF } from './rows/by-itself';
import { FOREIGN_MOVES } from './rows/foreign-moves';
import { FROM_TEMPORAL } from './rows/from-temporal';
import { PEOPLE } from './rows/people';
import { START_STATES } from './rows/start-states';
import { NOT_THERE, THE_CLIENT } from './rows/the-client';

/** The truth table: every verdict, and the ways to reach it. */
export const THEMES: readonly Theme[] = [
  NOT_THERE,
  BY_ITSELF,
  START_STATES,
  PEOPLE,
  THE_CLIENT,
  FROM_TEMPORAL,
  FOREIGN_MOVES,
];

/** A row and the service that it has for itself. */
export interface NamedRow {
  readonly theme: Theme;
  readonly row: Row;
  readonly service: string;
}

export const ROWS: readonly NamedRow[] = THEMES.flatMap((theme) => theme.rows.map((row) => ({ theme, row }))).map(
  (one, index) => ({ ...one, service: `web-${String(index + 1).padStart(3, '0')}` }),
);

/** A service in the seed: its image is `example/<name>:1` unless it is said otherwise. */
export function planted(name: string, more: Partial<Service> = {}): Service {
  return { name, scale: 1, ...more, launchConfig: { imageUuid: `docker:example/${name}:1`, ...more.launchConfig } };
}

/** The world for some rows, and for services of tests beside the table. */
export function seedFor(
  rows: readonly NamedRow[],
  others: Readonly<Partial<Record<Alias, readonly Service[]>>>,
): WorldSeed {
  const of = (alias: Alias): Service[] => [
    ...rows
      .filter(({ row: { environment = 'prod' } }) => environment === alias)
      .map(({ row, service }) => planted(service, row.service)),
    ...(others[alias] ?? []),
  ];
  return {
    keys: KEYS,
    projects: ALIASES.map((alias) => ({
      name: ENVIRONMENTS[alias].project,
      stacks: [{ name: STACK, services: of(alias) }],
    })),
    behaviours: rows.flatMap(({ row: { behaviour }, service }) =>
      behaviour === undefined ? [] : [{ image: `docker:example/${service}:2`, ...behaviour }],
    ),
  };
}
