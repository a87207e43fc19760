import { triedText } from '../../decision/tried';
import type { PersonNeeded, Progress } from '../../workflows/contract';
import type { DeploymentHandle } from '../deployment-handle';
import type { FollowedDeployment } from '../follow/follow-event';
import { SilenceError } from '../follow/silence-error';
import { formatDuration } from '../input/duration';
import { clean, jsonLine } from '../render/clean';
import { finalLines } from '../render/final-lines';
import { resultLine } from '../render/json-renderer';
import { tallyText } from '../render/tally-text';
import type { Io } from './command';

/** Shows one deployment once. */
export async function showStatus(handle: DeploymentHandle, json: boolean, io: Pick<Io, 'out'>): Promise<void> {
  const { deployment } = handle;
  const write = (value: object): void => void io.out.write(jsonLine(value));
  if (deployment.how === 'over') {
    const outcome = await handle.result();
    if (json) write(resultLine(outcome, deployment));
    else {
      io.out.write(`${heading(deployment)}\n`);
      for (const { label, text } of finalLines(outcome, deployment)) io.out.write(row(label, text));
    }
    return;
  }
  const progress = await progressOf(handle);
  if (json) write({ type: 'status', ...deployment, progress });
  else io.out.write(statusText(deployment, progress, Date.now()));
}

/** The progress, or null where no worker answers: what Temporal itself knows is shown all the same. */
async function progressOf(handle: DeploymentHandle): Promise<Progress | null> {
  try {
    return await handle.progress();
  } catch (error) {
    if (error instanceof SilenceError) return null;
    throw error;
  }
}

/** A running deployment for people. */
export function statusText(deployment: FollowedDeployment, progress: Progress | null, now: number): string {
  if (progress === null) {
    return `${heading(deployment)}\n${row('phase', 'unknown: no worker answers; the deployment waits for one, nothing is lost')}${link(deployment)}`;
  }
  const { phase, phaseSince, images, state, message, events, next, attention, rancherUrl, requestedWhy, round } =
    progress;
  const tally = tallyText(progress);
  const service = [state ?? '', message ?? '', tally].filter((part) => part !== '').join(' · ');
  return [
    `${heading(deployment)}${requestedWhy === null ? '' : `: ${clean(requestedWhy)}`}\n`,
    row(
      'phase',
      `${phase} for ${formatDuration(now - phaseSince)}, ${formatDuration(now - progress.startedAt)} in all, round ${String(round)}`,
    ),
    ...images.map(({ config, from, to }) => row('image', `${config}: ${from ?? 'none'} → ${to}`)),
    service === '' ? '' : row('service', service),
    attention === null ? '' : row('attention', attention),
    ...(progress.person === null ? [row('next', next)] : personRows(progress.person, now)),
    ...events.slice(-8).map(({ at, level, text }) => row('', `${new Date(at).toISOString()} ${level} ${text}`)),
    rancherUrl === null ? '' : row('rancher', rancherUrl),
    link(deployment),
  ].join('');
}

/** What a person who comes to it has to know: what was tried, what to mend, the commands. */
function personRows({ mend, tried, commands, until, atExpiry }: PersonNeeded, now: number): string[] {
  return [
    ...tried.map((one) => row('tried', triedText(one))),
    row('next', mend),
    ...commands.map(({ command, does }) => row('', `${command} # ${does}`)),
    row('', `by itself it ${atExpiry.replaceAll('`', '')} in ${formatDuration(until - now)}`),
  ];
}

function heading({
  environment,
  stack,
  service,
  deploymentId,
  requestId,
  requestedBy,
  how,
}: FollowedDeployment): string {
  const now = how === 'over' ? 'over' : 'running';
  return clean(
    `${stack}/${service} in ${environment}: ${now} (${deploymentId}, request ${requestId}), by ${requestedBy}`,
  );
}

function link(deployment: FollowedDeployment): string {
  return deployment.link === null ? '' : row('temporal', deployment.link);
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(9)} ${clean(text)}\n`;
}
