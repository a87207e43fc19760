import { tallyLines } from '../../decision/tally-lines';
import { triedText } from '../../decision/tried';
import type { PersonNeeded, PhaseSpan, Progress } from '../../workflows/contract';
import type { DeploymentHandle } from '../deployment-handle';
import { progressOf } from '../deployment-story';
import type { FollowedDeployment } from '../follow/follow-event';
import type { DeploymentRecord } from '../history/deployment-record';
import { timelineOf } from '../history/timeline-of';
import { formatDuration } from '../input/duration';
import { clock } from '../refusals';
import { clean, jsonLine } from '../render/clean';
import { columnsOf } from '../render/columns-of';
import { headingText } from '../render/deployment-heading';
import { finalLines } from '../render/final-lines';
import { fold } from '../render/fold';
import { resultLine } from '../render/json-renderer';
import { commandRow, labelled } from '../render/labelled';
import type { Io } from './command';
import { asTold, toldOutcome, toldProgress } from './local/told-locally';
import type { Told } from './local/told-locally';

/**
 * Shows one deployment once.
 *
 * @param told - how commands are told
 */
export async function showStatus(
  handle: DeploymentHandle,
  json: boolean,
  io: Pick<Io, 'out'>,
  told: Told = asTold,
): Promise<void> {
  const { deployment } = handle;
  const columns = columnsOf(io.out);
  const write = (value: object): void => void io.out.write(jsonLine(value));
  if (deployment.how === 'over') {
    const outcome = toldOutcome(await handle.result(), told);
    if (json) write(resultLine(outcome, deployment));
    else {
      io.out.write(heading(deployment, null, columns));
      for (const { label, text } of finalLines(outcome, deployment)) io.out.write(labelled(label, text, columns));
    }
    return;
  }
  const now = Date.now();
  // What a worker would tell better: the history has it too, as of the last thing that happened.
  const known = await progressOf(handle);
  const progress = known === null ? lastKnownOf(await handle.record(), now) : toldProgress(known, told);
  if (!json) io.out.write(statusText(deployment, progress, now, columns, told));
  else if ('isLastKnown' in progress) write({ type: 'status', ...deployment, progress: null, lastKnown: progress });
  else write({ type: 'status', ...deployment, progress });
}

/** What a history tells of a deployment that runs, where no worker answers. Times in milliseconds since the epoch. */
export interface LastKnown extends Pick<DeploymentRecord, 'images' | 'state' | 'message' | 'stateAt' | 'rancherUrl'> {
  readonly isLastKnown: true;
  readonly phase: PhaseSpan['phase'] | null;
  readonly phaseSince: number | null;
}

function lastKnownOf(record: DeploymentRecord, now: number): LastKnown {
  const { entries, images, state, message, stateAt, rancherUrl } = record;
  const last = timelineOf(entries, now).at(-1);
  return {
    ...{ isLastKnown: true, images, state, message, stateAt, rancherUrl },
    phase: last?.phase ?? null,
    phaseSince: last?.from ?? null,
  };
}

/**
 * A running deployment for people.
 *
 * @param columns of the terminal; undefined where it is none
 * @param told - how commands are told
 */
export function statusText(
  deployment: FollowedDeployment,
  progress: Progress | LastKnown,
  now: number,
  columns?: number,
  told: Told = asTold,
): string {
  const row = (label: string, text: string): string => labelled(label, text, columns);
  const link = deployment.link === null ? '' : row('temporal', deployment.link);
  if ('isLastKnown' in progress) return lastKnownText(deployment, progress, now, columns, told);
  const { phase, phaseSince, images, events, next, waitsFor, attention, rancherUrl, requestedWhy, round } = progress;
  const service = serviceText(progress);
  return [
    heading(deployment, requestedWhy, columns),
    row(
      'phase',
      `${phase} for ${formatDuration(now - phaseSince)}, ${formatDuration(now - progress.startedAt)} in all, round ${String(round)}`,
    ),
    ...images.map(({ config, from, to }) => row('image', `${config}: ${from ?? 'none'} → ${to}`)),
    service === '' ? '' : row('service', service),
    ...containerRows(progress).map((text) => row('', text)),
    ...waitsFor.map((text) => row('waits for', text)),
    attention === null ? '' : row('attention', attention),
    ...(progress.person === null ? [row('next', next)] : personRows(progress.person, now, columns)),
    ...events.slice(-8).map(({ at, level, text }) => row('', `${new Date(at).toISOString()} ${level} ${text}`)),
    rancherUrl === null ? '' : row('rancher', rancherUrl),
    link,
  ].join('');
}

/** The same where no worker answers: what the history tells. */
function lastKnownText(
  deployment: FollowedDeployment,
  { phase, phaseSince, images, state, message, stateAt, rancherUrl }: LastKnown,
  now: number,
  columns: number | undefined,
  told: Told,
): string {
  const row = (label: string, text: string): string => labelled(label, text, columns);
  const where =
    phase === null || phaseSince === null
      ? 'unknown'
      : `${phase} for ${formatDuration(now - phaseSince)}, as last known`;
  const readAt = stateAt === null ? '' : ` (read at ${clock(stateAt)})`;
  return [
    heading(deployment, null, columns),
    row('phase', `${where}: no worker answers; the deployment waits for one, nothing is lost`),
    ...images.map(({ config, from, to }) => row('image', `${config}: ${from ?? 'none'} → ${to}`)),
    state === null ? '' : row('service', `${state}${message === null ? '' : ` · ${message}`}${readAt}`),
    row('next', told('start the worker of the environment ("drover worker"), or look why it does not answer')),
    rancherUrl === null ? '' : row('rancher', rancherUrl),
    deployment.link === null ? '' : row('temporal', deployment.link),
  ].join('');
}

/** The service as it was read last, and as of when where nobody reads it now. */
function serviceText(progress: Progress): string {
  const { phase, phaseSince, state, message, isAway } = progress;
  if (state === null) return '';
  const asOf =
    phase === 'parked'
      ? `as read last, before ${clock(phaseSince)}`
      : isAway
        ? 'as read last; Rancher or its worker does not answer now'
        : '';
  return [state, message ?? '', asOf].filter((part) => part !== '').join(' · ');
}

/** The containers of each configuration, and as of when where later reads left them out. */
function containerRows(progress: Progress): string[] {
  const { phase, state, instancesAt } = progress;
  if (state === null) return [];
  const readAt = instancesAt === null ? '' : ` (read at ${clock(instancesAt)})`;
  return tallyLines(progress, phase === 'waiting').map((line) => `${line}${readAt}`);
}

/** What a person who comes to it has to know: what was tried, what to mend, the commands. */
function personRows(
  { mend, tried, commands, until, atExpiry }: PersonNeeded,
  now: number,
  columns: number | undefined,
): string[] {
  return [
    ...tried.map((one) => labelled('tried', triedText(one), columns)),
    labelled('next', mend, columns),
    ...commands.map(({ command, does }) => commandRow(command, does, columns)),
    labelled('', `by itself it ${atExpiry.replaceAll('`', '')} in ${formatDuration(until - now)}`, columns),
  ];
}

function heading(deployment: FollowedDeployment, why: string | null, columns: number | undefined): string {
  const text = headingText(deployment, deployment.how === 'over' ? 'over' : 'running');
  return fold(`${text}${why === null ? '' : `: ${clean(why)}`}`, columns, '  ')
    .map((line) => `${line}\n`)
    .join('');
}
