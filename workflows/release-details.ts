import { plain } from './details';
import type { ReleaseGateProgress } from '../decision/release-gate';
import type { ParticipantProgress, ReleaseProgress } from './release-contract';
import { timestamp } from './timestamp';

/** Lines of the logbook that the details show. */
const EVENTS = 15;

/** The current details of a release in Temporal Web, as Markdown: where each service is, what comes next, how to step in. */
export function releaseDetails(progress: ReleaseProgress): string {
  const { result, phase, phaseSince, attention, participants, gates, decision, releaseId, events, next } = progress;
  const heading =
    result === null
      ? `**${phase}** since ${timestamp(phaseSince)}${attention === null ? '' : `: ${plain(attention)}`}`
      : `**${result.verdict}** at ${timestamp(result.endedAt)}: ${plain(result.reason)}`;
  return [
    heading,
    '',
    `Asked by ${plain(progress.requestedBy)}${progress.requestedWhy === null ? '' : `: ${plain(progress.requestedWhy)}`}`,
    '',
    ...participants.map(partLine),
    ...gates.map(gateLine),
    '',
    ...(decision === null ? [] : [`Decided: **${decision}**`, '']),
    ...(result === null
      ? [
          `Next: ${plain(next)}`,
          '',
          `Step in: \`drover cancel --release ${releaseId}\`, or \`confirm\`, \`rollback\`, \`retry\``,
          '',
        ]
      : []),
    ...events.slice(-EVENTS).map((event) => `- ${timestamp(event.at)} ${plain(event.text)}`),
  ].join('\n');
}

function partLine({ stack, service, environment, images, state, verdict, reason }: ParticipantProgress): string {
  const how = verdict ?? state;
  const why = reason === null || reason === '' ? '' : `: ${plain(reason)}`;
  return `- **${how}** ${plain(`${stack}/${service} in ${environment} → ${images}`)}${why}`;
}

function gateLine({ name, environment, asks, state, why }: ReleaseGateProgress): string {
  return `- **${state}** ${plain(`gate ${name} (${asks}, by ${environment})`)}${why === null ? '' : `: ${plain(why)}`}`;
}
