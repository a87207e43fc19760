import { calledConfig } from '../decision/proof';
import type { Diagnosis, ServiceLogLine } from '../decision/diagnosis';
import { containerText } from '../decision/diagnosis';
import { INTERVENTION_NAMES, meaningOf } from '../decision/intervention';
import type { Phase } from '../decision/phase';
import { targetText } from '../decision/target-text';
import { triedText } from '../decision/tried';
import type { PersonNeeded, Progress } from './contract';

/** Lines of Rancher's log that the details show. */
const LOG_LINES = 6;

const NEXT: Readonly<Record<Phase, string>> = {
  resolving: 'find the service and read it',
  settling: 'wait until the service can be upgraded; `cancel` ends the deployment',
  upgrading: 'post the upgrade; `cancel` restores',
  waiting: 'wait until Rancher has replaced the containers; `cancel` restores, `retry` rolls back and upgrades again',
  verifying: 'hold the new containers against the gates; `cancel` restores',
  confirming: 'a person decides: `confirm` finishes, `rollback` restores',
  finishing: 'wait until Rancher has finished and prove what runs; there is no way back from here',
  done: 'nothing',
  'rolling-back': 'wait until the former configuration runs again, and prove it',
  parked: 'a person must look; `retry` goes on where it stopped',
};

/** What comes next in a phase, and what a person can do. */
export function nextOf(phase: Phase): string {
  return NEXT[phase];
}

/** The current details in Temporal Web, as Markdown: where it is, what changes, what comes next. */
export function detailsOf(progress: Progress): string {
  const lines = [
    `**${progress.phase}** since ${clock(progress.phaseSince)}${progress.attention === null ? '' : `: ${progress.attention}`}`,
    '',
    ...(progress.person === null ? [] : personLines(progress.person)),
    ...progress.images.map(({ config, from, to }) => `- ${config}: \`${from ?? 'none'}\` → \`${to}\``),
    ...(progress.state === null
      ? []
      : [`- service: \`${progress.state}\`${progress.message === null ? '' : ` (${progress.message})`}`]),
    ...progress.instances.map(
      (tally) =>
        `- ${calledConfig(tally.config)} \`${tally.version.slice(0, 8)}\`: ${tally.running} of ${progress.expected ?? '?'} run`,
    ),
    ...(progress.diagnosis === null ? [] : diagnosisLines(progress.diagnosis)),
    '',
    `Next: ${progress.next}`,
    '',
    ...howToStepIn(progress),
    ...serviceLogLines(progress.serviceLog),
    '',
    ...progress.events.slice(-12).map((event) => `- ${clock(event.at)} ${event.text}`),
  ];
  return lines.join('\n');
}

/** What was wrong when it did not get on. */
function diagnosisLines({ at, containers, containersLeftOut }: Diagnosis): string[] {
  if (containers.length === 0) return [];
  const more = containersLeftOut === 0 ? [] : [`- and ${containersLeftOut} more`];
  return ['', `What was wrong at ${clock(at)}:`, ...containers.map((one) => `- ${containerText(one)}`), ...more];
}

/** The messages that mean something now, as a person types them. */
function howToStepIn({ phase, person, environment, stack, service, finishSent }: Progress): string[] {
  if (person !== null || phase === 'done') return [];
  const target = targetText({ environment, stack, service });
  const offers = INTERVENTION_NAMES.map((name) => ({ name, ...meaningOf(name, phase, finishSent) })).filter(
    ({ accepted }) => accepted,
  );
  return [
    ...offers.map(({ name, meaning }) => `- \`drover ${name} ${target}\`, or the signal \`${name}\` here: ${meaning}`),
    '',
  ];
}

/** Rancher's own words about what it does. */
function serviceLogLines(log: readonly ServiceLogLine[]): string[] {
  if (log.length === 0) return [];
  return ['Rancher says:', ...log.slice(-LOG_LINES).map(({ at, text }) => `- ${clock(at)} ${text}`), ''];
}

/** What a person who comes at night has to know first. */
function personLines({ mend, until, atExpiry, tried, commands, rancherUrl }: PersonNeeded): string[] {
  return [
    mend,
    '',
    ...(rancherUrl === null ? [] : [`- in Rancher: ${rancherUrl}`]),
    ...commands.map(({ command, does }) => `- \`${command}\`: ${does}`),
    ...tried.map((one) => `- tried ${triedText(one)}`),
    `- by itself it ${atExpiry} at ${new Date(until).toISOString()}`,
    '',
  ];
}

function clock(millis: number): string {
  return `${new Date(millis).toISOString().slice(11, 19)} UTC`;
}
