import type { AilingContainer } from '../../decision/diagnosis';
import { containerText, withoutRepeats } from '../../decision/diagnosis';
import { triedText } from '../../decision/tried';
import type { DeploymentStory } from '../deployment-story';
import { explain } from '../explanation';
import type { Explanation } from '../explanation';
import { clock } from '../refusals';
import { jsonLine } from '../render/clean';
import { headingText } from '../render/deployment-heading';
import { fold } from '../render/fold';
import { triedLine } from '../render/json-renderer';
import { commandRow, labelled } from '../render/labelled';
import { asTold, toldExplanation } from './local/told-locally';
import type { Told } from './local/told-locally';
import type { Shown } from './show-history';

/**
 * Why a deployment is where it is: what failed, in Rancher's words, and what to do now.
 *
 * @param told - how commands are told
 */
export function whyText(story: DeploymentStory, { json, columns }: Shown, told: Told = asTold): string {
  const explanation = toldExplanation(explain(story), told);
  if (json) return jsonText(story, explanation);
  const { deployment, diagnosis, outcome, rancherUrl } = story;
  const { standing, reason, step, wentBackFor, rancher, readAt, tried, next, commands } = explanation;
  const seenBefore = diagnosis !== null && diagnosis.containers.length > 0 && diagnosis.at !== readAt;
  const row = (label: string, text: string): string => labelled(label, text, columns);
  const rows = (label: string, texts: readonly string[]): string[] =>
    texts.map((text, at) => row(at === 0 ? label : '', text));
  const heading = headingText(deployment, outcome === null ? 'running' : 'over');
  return [
    ...fold(heading, columns, '  ').map((line) => `${line}\n`),
    row(outcome === null ? 'now' : 'verdict', standing),
    reason === '' ? '' : row('reason', reason),
    step === null ? '' : row('step', step),
    wentBackFor === null ? '' : row('went back', wentBackFor),
    rancher === null ? '' : row('service', `${rancher}${readAt === null ? '' : ` (read at ${clock(readAt)})`}`),
    ...rows(
      'container',
      (diagnosis?.containers ?? []).flatMap((one) => [containerText(one), ...logOf(one, outcome)]),
    ),
    (diagnosis?.containersLeftOut ?? 0) === 0 ? '' : row('', `and ${String(diagnosis?.containersLeftOut)} more`),
    seenBefore ? row('', `as they were at ${clock(diagnosis.at)}`) : '',
    ...rows(
      'log',
      withoutRepeats(diagnosis?.serviceLog ?? []).map(({ at, level, text }) => `${clock(at)} ${level} ${text}`),
    ),
    ...rows('tried', tried.map(triedText)),
    next === '' ? '' : row('next', next),
    ...commands.map(({ command, does }) => commandRow(command, does, columns)),
    rancherUrl === null ? '' : row('rancher', rancherUrl),
    deployment.link === null ? '' : row('temporal', deployment.link),
  ].join('');
}

/** Where the lines are that a container printed: Rancher has them for as long as it has the container. */
function logOf({ url, seenAt, isNew }: AilingContainer, outcome: DeploymentStory['outcome']): string[] {
  if (url === null) return [];
  const isTakenAway = isNew && (outcome?.verdict === 'rolled-back' || outcome?.verdict === 'cancelled');
  return [
    seenAt === null && !isTakenAway
      ? `its log lines, while Rancher has it: ${url}`
      : `it is gone; the service's containers: ${url}`,
  ];
}

function jsonText(story: DeploymentStory, explained: Explanation): string {
  const { deployment, diagnosis, outcome, rancherUrl, progress } = story;
  const { startedAt, ...rest } = deployment;
  const { tried, readAt, ...explanation } = explained;
  return jsonLine({
    type: 'why',
    ...rest,
    startedAt: new Date(startedAt).toISOString(),
    verdict: outcome?.verdict ?? null,
    phase: outcome === null ? (progress?.phase ?? null) : 'done',
    ...explanation,
    readAt: readAt === null ? null : new Date(readAt).toISOString(),
    tried: tried.map(triedLine),
    diagnosis:
      diagnosis === null
        ? null
        : {
            ...diagnosis,
            at: new Date(diagnosis.at).toISOString(),
            serviceLog: diagnosis.serviceLog.map(({ at, ...line }) => ({ at: new Date(at).toISOString(), ...line })),
          },
    rancherUrl,
  });
}
