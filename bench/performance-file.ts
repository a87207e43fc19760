import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Figures } from './figures';
import type { Machine } from './machine';

/** What a section measured, when, where and with what. */
export interface Measured {
  readonly figures: Figures;
  /** ISO date and time of the end. */
  readonly at: string;
  /** Drover's git commit; with `+` where files were changed since. */
  readonly commit: string;
  readonly command: string;
  /** How long it took. */
  readonly seconds: number;
  readonly machine: Machine;
  /** Name → version of everything that took part. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface KeptSection {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly now: Measured | null;
  /** Of an older Drover, to compare with. */
  readonly before: Measured | null;
}

/** `docs/performance.json`: the newest figures of each section. One that was not run keeps its older ones. */
export interface PerformanceFile {
  readonly sections: readonly KeptSection[];
}

export function readPerformance(file: string): PerformanceFile {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PerformanceFile) : { sections: [] };
}

/**
 * Puts a section's figures into the file; what others wrote meanwhile stays.
 *
 * @param order the names of all sections, in the order of the page
 */
export function keepSection(
  file: string,
  order: readonly string[],
  { name, title, about }: Pick<KeptSection, 'name' | 'title' | 'about'>,
  measured: Measured,
  as: 'now' | 'before',
): void {
  const { sections } = readPerformance(file);
  const former = sections.find((section) => section.name === name) ?? { now: null, before: null };
  const kept: KeptSection = { name, title, about, now: former.now, before: former.before, [as]: measured };
  const place = (section: KeptSection): number => order.indexOf(section.name);
  const all = [...sections.filter((section) => section.name !== name), kept]
    .filter((section) => place(section) >= 0)
    .sort((one, other) => place(one) - place(other));
  writeFileSync(file, `${JSON.stringify({ sections: all }, rounded, 2)}\n`);
}

/** Four digits behind the point are more than anything here is worth. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1e4) / 1e4 : value;
