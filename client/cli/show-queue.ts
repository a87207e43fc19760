import type { LaneMember } from '../../workflows/lane-contract';
import type { QueueView } from '../queue-view';
import { formatDuration } from '../input/duration';
import { clean, jsonLine } from '../render/clean';

/** What `drover queue` found: for people, or as JSON lines with a summary at the end. */
export function queueText(target: string, { holder, waiting }: QueueView, now: number, json: boolean): string {
  if (json) {
    const lines = waiting.map((member, index) => ({ type: 'waiting', position: index + 1, ...dated(member) }));
    const held = holder === null || typeof holder === 'string' ? holder : dated(holder);
    return [...lines, { type: 'queue', target, holder: held, waiting: waiting.length, exitCode: 0 }]
      .map(jsonLine)
      .join('');
  }
  const who =
    holder === null
      ? `Nobody deploys ${target}.`
      : holder === 'unknown'
        ? `${target} is deployed; see drover status ${target}.`
        : holder === 'not known yet'
          ? `The deployment of ${target} that ran is over; whoever is next begins within half a minute.`
          : `${target} is deployed by ${lineOf(holder, now)}.`;
  const rows = waiting.map((member, index) => `  ${String(index + 1)}. ${clean(lineOf(member, now))}`);
  return [clean(who), rows.length === 0 ? 'Nobody waits.' : 'Waiting:', ...rows, ''].join('\n');
}

function lineOf({ requestedBy, images, requestId, since }: LaneMember, now: number): string {
  return `${requestedBy}: ${images} (request ${requestId}, for ${formatDuration(Math.max(0, now - since))})`;
}

function dated({ since, ...rest }: LaneMember): object {
  return { ...rest, since: new Date(since).toISOString() };
}
