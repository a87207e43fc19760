import type { TriedAction } from '../../decision/tried';
import type { Verdict } from '../../decision/verdict';
import type { ImageChange, InterventionName } from '../../workflows/contract';
import type { ActivityEnd, RunEnd } from './recorded-event';

/** What was asked, and by whom: names only, no values. */
export interface Asked {
  readonly event: 'asked';
  /** Null where neither the request nor a search attribute tells it. */
  readonly by: string | null;
  readonly why: string | null;
  readonly requestId: string | null;
  readonly deploymentId: string | null;
  readonly image: string | null;
  readonly sidekicks: Readonly<Record<string, string>>;
  /** Names of variables and labels that were to be merged. */
  readonly variables: readonly string[];
  readonly labels: readonly string[];
  readonly redeploy: boolean;
  readonly hold: boolean;
  /** What the command line set over the policy, as it would be written again. */
  readonly overrides: readonly string[];
  /** Of the client that started it, as Temporal knows it. */
  readonly identity: string;
}

/** Somebody stepped in. */
export interface Intervened {
  readonly event: 'intervention';
  /** A message of Drover's; or what was done to the workflow in Temporal; or the name of a message that Drover does not know. */
  readonly name: InterventionName | 'terminate' | 'reset' | (string & {});
  readonly how: 'update' | 'signal' | 'Temporal';
  /** As the message says it; null where it says nothing. */
  readonly by: string | null;
  readonly why: string | null;
  /** Of the client that sent it, as Temporal knows it. */
  readonly identity: string;
  /** `repeated`: the same message came before. `ignored`: Drover knows no such message. `unknown`: the history does not tell it. */
  readonly outcome: 'taken' | 'refused' | 'repeated' | 'ignored' | 'unknown';
  /** What it meant where the deployment stood, or why it was refused. */
  readonly meaning: string;
  /** The phase that it met. */
  readonly phase: string;
}

/** An activity that may change something in Rancher was begun. */
export interface ActionBegun {
  readonly event: 'rancher';
  readonly step: 'begun';
  readonly action: TriedAction;
  /** Which upgrade of the deployment; null where it is about none. */
  readonly round: number | null;
  /** What an upgrade posts, by configuration; else empty. */
  readonly images: Readonly<Record<string, string | null>>;
}

/** How that ended. */
export interface ActionAnswered {
  readonly event: 'rancher';
  readonly step: 'answered';
  readonly action: TriedAction;
  readonly round: number | null;
  /** As the activity names it: `accepted`, `sent`, `not-now`, `busy`, `undone`, `replaced`, `changed`; else how it failed. */
  readonly outcome: string;
  /** Kind of a failure, such as `UnknownOutcome` (it may have happened); null where there is none. */
  readonly failure: string | null;
  /** A failure's own words. */
  readonly said: string | null;
  readonly attempts: number;
  /** Of the worker, as Temporal knows it. */
  readonly identity: string;
  /** Id of the entry that it answers. */
  readonly begun: string;
}

/** The workflow ended: with a verdict, or because somebody ended it. */
export interface Over {
  readonly event: 'verdict';
  readonly verdict: Verdict | null;
  readonly how: RunEnd;
  readonly reason: string;
  readonly nextStep: string;
  readonly images: readonly ImageChange[];
  readonly rounds: number | null;
}

/** It went to another phase. */
export interface PhaseEntered {
  readonly event: 'phase';
  readonly phase: string;
}

/** Something that the history of a deployment tells. */
export type HistoryEntry = {
  /** Stays the same whenever and by whomever it is read: run and number of the event in Temporal's history. */
  readonly id: string;
  /** Milliseconds since the epoch, by the clock of Temporal. */
  readonly at: number;
  /** Encodings of what this client cannot read, where a codec has encoded it; else empty. */
  readonly unreadable: readonly string[];
} & (Asked | Intervened | ActionBegun | ActionAnswered | Over | PhaseEntered);

/** How the end of an activity is called, where it has no outcome of its own. */
export const UNANSWERED: Readonly<Record<Exclude<ActivityEnd, 'completed'>, string>> = {
  failed: 'failed',
  'timed-out': 'timed-out',
  cancelled: 'cancelled',
};
