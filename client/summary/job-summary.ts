import { exitCodeOf } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';

/** What a CI system shows of a job that deployed something: made when it begins, and again when it is over. Times in milliseconds since the epoch. */
export interface JobSummary {
  readonly what: 'deployment' | 'release' | 'pipeline';
  /** `prod storefront/web`, or the id of a release or a pipeline. */
  readonly title: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Who asked, where to look: those that are known. A text that is a link is shown as one. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** The services of a release, the environments of a pipeline's stages; of a deployment none. */
  readonly parts: readonly SummaryPart[];
  readonly log: readonly SummaryLine[];
}

/** One thing of several. */
export interface SummaryPart {
  readonly name: string;
  readonly standing: Standing;
  /** Where it stands, in its own word: a verdict, or a state. */
  readonly state: string;
  /** The images, from which to which. */
  readonly change: string;
  readonly reason: string;
}

/** A line of the logbook. */
export interface SummaryLine {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** As JUnit's form tells them apart: an `error` is what was not judged, `skipped` what was not begun. */
export type Standing = 'passed' | 'failed' | 'error' | 'skipped';

const NOT_JUDGED: readonly Verdict[] = ['invalid', 'refused', 'unreachable', 'detached'];

/** Nothing looks better in a summary than in the exit code. */
export function standingOf(verdict: Verdict): Standing {
  if (exitCodeOf(verdict) === 0) return 'passed';
  return NOT_JUDGED.includes(verdict) ? 'error' : 'failed';
}

/** How something that is no deployment yet, or will never be one, is told. */
export interface SummaryEnd {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly nextStep: string;
}

/** Of a command that did not get as far as an end: it is what is found where it was killed. */
export const NOT_OVER: SummaryEnd = {
  verdict: 'detached',
  reason: 'It was not over when this was written; the command that watched it was stopped before its end.',
  nextStep: 'Run the same command again: it attaches, or says how it ended. "drover list" shows what runs.',
};

/** Keeps what a summary is made of while something is followed. */
export interface SummaryMaker {
  /** The command ends without having followed anything. */
  failed(end: SummaryEnd): void;
  summary(now: number): JobSummary;
}

/** The lines that are kept: the last ones. */
export const LOG_LIMIT = 500;
