import type { Figures } from './figures';

/** How much is measured, the same for every section. */
export interface SectionOptions {
  /** How often each thing is done that is short; its median is shown. */
  readonly runs: number;
  /** Whether this run is only to see that it works: its figures are smaller, or of less worth. */
  readonly quick: boolean;
  /** The most deployments in flight at once that are tried, for sections that try several numbers. Default: the section's. */
  readonly most?: number;
  /** The fewest of them. Default: one. */
  readonly least?: number;
  readonly say: (line: string) => void;
}

/** Figures, and what took part besides Node, Temporal and Drover: name → version. */
export interface SectionFigures extends Figures {
  readonly versions?: Readonly<Record<string, string>>;
}

/** One part of the benchmark: it starts what it needs, measures, and ends what it started. */
export interface Section {
  /** As `--only` names it. */
  readonly name: string;
  readonly title: string;
  /** What it measures, in a sentence or two. */
  readonly about: string;
  /** @throws Error when it could not be measured; the others go on */
  readonly run: (options: SectionOptions) => Promise<SectionFigures>;
}
