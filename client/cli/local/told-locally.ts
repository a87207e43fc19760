import { asWord } from '../../../decision/target-text';
import type { OfferedCommand, PersonNeeded, Progress } from '../../../workflows/contract';
import type { Explanation } from '../../explanation';
import type { Outcome } from '../../outcome';
import { USUAL_STATE } from './local-options';

/** Tells commands as they are to be written with the same folder, and starts nothing at somebody's Temporal. */
export type Told = (text: string) => string;

/** As where no folder is: what is told stays what it is. */
export const asTold: Told = (text) => text;

/** A word as `asWord` writes it; a point at its end ends the sentence. */
const WORD = String.raw`(?:'(?:[^']|'\\'')*'|[A-Za-z0-9_:@=+/.-]*[A-Za-z0-9_:@=+/-])`;
const SERVICE = String.raw`(?:'(?:[^'/]|'\\'')*/(?:[^']|'\\'')*'|(?=[A-Za-z0-9_:@=+.-]*/)${WORD})`;
const LOCAL = String.raw`(?: --local)?(?: --state ${WORD})?`;
/** Commands that take `--local`. */
const COMMAND = new RegExp(
  String.raw`\bdrover (status|why|history|timeline|report|list|upgrade|cancel|retry|confirm|rollback)\b( …| (?!-)${WORD} ${SERVICE})?${LOCAL}`,
  'g',
);
/** Nobody needs a worker that stays: a command that watches has one for as long as it runs. */
const WORKER = /\bdrover worker\b(?: --environments [A-Za-z0-9._,-]*[A-Za-z0-9_-])?/g;

/**
 * Makes whole commands in a text those that reach the same folder.
 *
 * @param state - as given; undefined: the usual folder
 * @param target - the service that it is about, as `targetText` writes it; null for none
 */
export function toldLocally(state: string | undefined, target: string | null): Told {
  const option = state === undefined || state === USUAL_STATE ? '--local' : `--local --state ${asWord(state)}`;
  const worker = target === null ? `drover upgrade … ${option}` : `drover status ${target} ${option} --watch`;
  return (text) =>
    text
      .replaceAll(COMMAND, (_, verb: string, of: string | undefined) => `drover ${verb}${of ?? ''} ${option}`)
      .replaceAll(WORKER, () => worker);
}

/** What is offered to do, told. */
export function toldExplanation(explanation: Explanation, told: Told): Explanation {
  return { ...explanation, next: told(explanation.next), commands: explanation.commands.map(toldCommand(told)) };
}

/** Where a deployment is, told. */
export function toldProgress(progress: Progress, told: Told): Progress {
  const { next, person } = progress;
  return { ...progress, next: told(next), person: person === null ? null : toldPerson(person, told) };
}

/** How it ended, told. */
export function toldOutcome(outcome: Outcome, told: Told): Outcome {
  const { nextStep, person } = outcome;
  return {
    ...outcome,
    nextStep: told(nextStep),
    ...(person === undefined ? {} : { person: toldPerson(person, told) }),
  };
}

function toldPerson(person: PersonNeeded, told: Told): PersonNeeded {
  return { ...person, mend: told(person.mend), commands: person.commands.map(toldCommand(told)) };
}

function toldCommand(told: Told): (offered: OfferedCommand) => OfferedCommand {
  return (offered) => ({ ...offered, command: told(offered.command) });
}
