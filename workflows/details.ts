import { calledConfig } from '../decision/proof';
import { triedText } from '../decision/tried';
import type { Phase } from '../decision/phase';
import type { PersonNeeded, Progress } from './contract';

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
    '',
    `Next: ${progress.next}`,
    '',
    ...progress.events.slice(-12).map((event) => `- ${clock(event.at)} ${event.text}`),
  ];
  return lines.join('\n');
}

/** What a person who comes at night has to know first. */
function personLines({ mend, until, tried, commands, kind, rancherUrl }: PersonNeeded): string[] {
  return [
    mend,
    '',
    ...(rancherUrl === null ? [] : [`- in Rancher: ${rancherUrl}`]),
    ...commands.map(({ command, does }) => `- \`${command}\`: ${does}`),
    ...tried.map((one) => `- tried ${triedText(one)}`),
    `- by itself ${kind === 'parked' ? 'it ends as `needs-attention`' : 'it goes back'} at ${new Date(until).toISOString()}`,
    '',
  ];
}

function clock(millis: number): string {
  return `${new Date(millis).toISOString().slice(11, 19)} UTC`;
}
