import type { Diagnosis, ServiceLogLine } from '../decision/diagnosis';
import { containerText, withoutRepeats } from '../decision/diagnosis';
import type { Rounds } from '../decision/intervention';
import { hasRoundLeft, INTERVENTION_NAMES, meaningOf } from '../decision/intervention';
import type { Phase } from '../decision/phase';
import { tallyLines } from '../decision/tally-lines';
import { targetText } from '../decision/target-text';
import { triedText } from '../decision/tried';
import type { PersonNeeded, Progress } from './contract';
import { timestamp } from './timestamp';

/** Lines of Rancher's log, and of the logbook, that the details show. */
const LOG_LINES = 6;
const EVENTS = 12;

const NEXT: Readonly<Record<Phase, string>> = {
  resolving: 'find the service and read it',
  settling: 'wait until the service can be upgraded; `cancel` ends the deployment',
  upgrading: 'post the upgrade; `cancel` restores',
  waiting: 'wait until Rancher has replaced the containers; `cancel` restores',
  verifying: 'hold the new containers against the gates; `cancel` restores',
  confirming: 'a person decides: `confirm` finishes, `rollback` restores',
  finishing: 'wait until Rancher has finished and prove what runs; there is no way back from here',
  done: 'nothing',
  'rolling-back': 'wait until the former configuration runs again, and prove it',
  parked: 'a person must look; `retry` goes on where it stopped',
};

/** What that depends on beside the phase. */
export interface Outlook {
  readonly isAway?: boolean;
  readonly finishSent?: boolean;
  readonly rounds?: Rounds | null;
  /** What is being restored is restored for a `retry`. */
  readonly upgradesAgain?: boolean;
}

/** What comes next in a phase, and what a person can do; where Rancher does not answer, that is another thing. */
export function nextOf(
  phase: Phase,
  { isAway = false, finishSent = false, rounds = null, upgradesAgain = false }: Outlook = {},
): string {
  if (!isAway || phase === 'parked' || phase === 'done') {
    const again = phase === 'waiting' && hasRoundLeft(rounds) ? ', `retry` rolls back and upgrades again' : '';
    const afterwards = phase === 'rolling-back' && upgradesAgain ? '; then upgrade again, unless `cancel` ends it' : '';
    return `${NEXT[phase]}${again}${afterwards}`;
  }
  const cancel = meaningOf('cancel', phase, finishSent, { isAway });
  const stops = cancel.accepted ? `; \`cancel\` ${cancel.meaning}` : '';
  return `wait until Rancher answers again, then go on; \`retry\` asks it now${stops}`;
}

/** The current details in Temporal Web, as Markdown: where it is, what changes, what is wrong, what comes next. */
export function detailsOf(progress: Progress): string {
  const { result, phase, phaseSince, waitsFor, attention, person, images, diagnosis, events } = progress;
  const why = attention ?? waitsFor.join('; ');
  const heading =
    result === null
      ? `**${phase}** since ${timestamp(phaseSince)}${why === '' ? '' : `: ${plain(why)}`}`
      : `**${result.verdict}** at ${timestamp(result.endedAt)}: ${plain(result.reason)}`;
  const next = result === null ? progress.next : result.nextStep;
  const lines = [
    heading,
    '',
    ...(person === null ? [] : personLines(person)),
    `Asked by ${plain(progress.requestedBy)}${progress.requestedWhy === null ? '' : `: ${plain(progress.requestedWhy)}`}`,
    '',
    ...images.map(({ config, from, to }) => `- ${config}: \`${from ?? 'none'}\` → \`${to}\``),
    ...serviceLines(progress),
    ...(diagnosis === null ? [] : diagnosisLines(diagnosis)),
    '',
    ...(next === '' ? [] : [`Next: ${plain(next)}`, '']),
    ...howToStepIn(progress),
    ...serviceLogLines(progress.serviceLog),
    ...(events.length === 0 ? [] : ['Logbook:', '']),
    ...events.slice(-EVENTS).map((event) => `- ${timestamp(event.at)} ${plain(event.text)}`),
  ];
  return lines.join('\n');
}

/** The service and its containers as last read. */
function serviceLines(progress: Progress): string[] {
  const { state, message, phase, instancesAt } = progress;
  if (state === null) return [];
  const readAt = instancesAt === null ? '' : ` (read at ${timestamp(instancesAt)})`;
  return [
    `- service: \`${state}\`${message === null ? '' : ` (${plain(message)})`}`,
    ...tallyLines(progress, phase === 'waiting').map((line) => `- ${line}${readAt}`),
  ];
}

/** What was wrong when it did not get on. */
function diagnosisLines({ at, containers, containersLeftOut }: Diagnosis): string[] {
  if (containers.length === 0) return [];
  const more = containersLeftOut === 0 ? [] : [`- and ${containersLeftOut} more`];
  // Temporal Web takes lines for a list only after an empty one.
  return [
    '',
    `What was wrong at ${timestamp(at)}:`,
    '',
    ...containers.map((one) => `- ${plain(containerText(one))}`),
    ...more,
  ];
}

/** The messages that mean something now, as a person types them. */
function howToStepIn(progress: Progress): string[] {
  const { phase, person, environment, stack, service, finishSent, isAway, round, maxRounds } = progress;
  if (person !== null || phase === 'done') return [];
  const target = targetText({ environment, stack, service });
  const rounds = maxRounds === null ? null : { posted: round, limit: maxRounds };
  const offers = INTERVENTION_NAMES.map((name) => ({
    name,
    ...meaningOf(name, phase, finishSent, { isAway, rounds }),
  })).filter(({ accepted }) => accepted);
  return [
    ...offers.map(({ name, meaning }) => `- \`drover ${name} ${target}\`, or the signal \`${name}\` here: ${meaning}`),
    '',
  ];
}

/** Rancher's own words about what it does. */
function serviceLogLines(log: readonly ServiceLogLine[]): string[] {
  if (log.length === 0) return [];
  return [
    'Rancher says:',
    '',
    ...withoutRepeats(log)
      .slice(-LOG_LINES)
      .map(({ at, text }) => `- ${timestamp(at)} ${plain(text)}`),
    '',
  ];
}

/** What a person who comes at night has to know first. */
function personLines({ mend, until, atExpiry, tried, commands, rancherUrl }: PersonNeeded): string[] {
  return [
    plain(mend),
    '',
    ...(rancherUrl === null ? [] : [`- in Rancher: ${rancherUrl}`]),
    ...commands.map(({ command, does }) => `- \`${command}\`: ${does}`),
    ...tried.map((one) => `- tried ${plain(triedText(one))}`),
    `- by itself it ${atExpiry} at ${timestamp(until)}`,
    '',
  ];
}

/**
 * Words of people's and of Rancher's as words: no markup, no picture that the reader's browser would fetch. Drover's own backticks stay,
 * for what they enclose is never markup.
 */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\[\]*~]/g, (character) => `\\${character}`);
}
