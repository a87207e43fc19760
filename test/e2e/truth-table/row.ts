import type { Verdict } from '../../../decision/verdict';
import type { Behaviour } from '../../../simulator/world-seed';
import type { Service } from '../../support/seeds';
import type { Ended } from '../../support/started-process';
import type { Alias } from './environments';
import type { RowScene } from './row-scene';

/** What a row's command comes back with before the deployment is over. */
export interface Interim {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly says?: RegExp;
}

/** How the service is left, as the simulated Rancher itself has it. */
export interface Left {
  readonly state: string;
  /** Image of every container that runs: the tag of the row's own, or a whole name. Not said where some run this and some that. */
  readonly runs?: string | number;
  /** How many run. Default the service's scale; not looked at without `runs`. */
  readonly count?: number;
}

/** One way to a verdict: one service, one deployment by the real command, and everything that must be true of it afterwards. */
export interface Row {
  /** The way, as the rest of a sentence: *when …*. It stands in `docs/verdicts.md`. */
  readonly title: string;
  /** Default `prod`. */
  readonly environment?: Alias;
  /** What the service is besides its name and image `example/<name>:1`. */
  readonly service?: Partial<Service>;
  /** Of the image that is deployed, `example/<name>:2`. */
  readonly behaviour?: Omit<Behaviour, 'image'>;
  readonly before?: (one: RowScene) => Promise<unknown>;
  /** After `drover upgrade ENVIRONMENT STACK/SERVICE --request-id … --image example/<name>:2`. */
  readonly args?: readonly string[];
  /** What happens while the command follows. */
  readonly meanwhile?: (one: RowScene) => Promise<unknown>;
  /** What the command comes back with, where it is over later only; then `drover status --watch` tells the end. */
  readonly interim?: Interim;
  /** What happens after the command came back. */
  readonly between?: (one: RowScene, ended: Ended) => Promise<unknown>;
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** The reason, or (plain output) anything that is said. */
  readonly says: RegExp;
  readonly leaves: Left;
  /** Everything that was done to the service in Rancher, whoever did it; who by is told by {@link by}. */
  readonly actions: readonly string[];
  /** As the log of a CI system has it, and asked for again afterwards. Default: for machines. */
  readonly plain?: true;
  readonly afterwards?: (one: RowScene, ended: Ended) => Promise<unknown>;
}

/** Rows that belong together: a section of the document. */
export interface Theme {
  readonly title: string;
  /** A sentence or two for the document. */
  readonly about: string;
  readonly rows: readonly Row[];
}
