import type { Notification, NotifiedEvent } from '../../decision/notification';
import type { TargetSettings } from '../dependencies';

/** Placeholders of a template, and what each stands for. */
export const PLACEHOLDERS = [
  'id',
  'kind',
  'event',
  'headline',
  'time',
  'environment',
  'stack',
  'service',
  'asked',
  'by',
  'why',
  'verdict',
  'reason',
  'next',
  'commands',
  'deployment',
  'request',
  'rancher',
  'temporal',
] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** A message as it is sent. */
export interface Message {
  readonly body: string;
  readonly contentType: 'application/json';
}

/** What is sent to a target about an event: Slack's text, or the event as JSON, or what the template makes of it. */
export function composeMessage(
  { kind, template }: Pick<TargetSettings, 'kind' | 'template'>,
  event: Notification,
  temporalUrl: string | null,
): Message {
  const facts = factsOf(event, temporalUrl);
  const contentType = 'application/json';
  if (kind === 'slack') {
    const text = template === undefined ? slackText(facts, event) : filledIn(template, facts, forSlack);
    return { body: JSON.stringify({ text }), contentType };
  }
  if (template !== undefined) return { body: filledIn(template, facts, forJson), contentType };
  return { body: JSON.stringify({ ...event, at: facts.time, headline: facts.headline, temporalUrl }), contentType };
}

/** Placeholders that are none are left as they are. */
function filledIn(template: string, facts: Record<Placeholder, string>, escape: (text: string) => string): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(facts, name) ? escape(facts[name as Placeholder]) : whole,
  );
}

const HEADLINES: Readonly<Record<NotifiedEvent, string>> = {
  started: 'began',
  waiting: 'waits for a person',
  verdict: 'ended',
};

/** A verdict says it all of a deployment; of a release or a pipeline it has to be said what ended so. */
function headlineOf({ kind, event, verdict }: Notification): string {
  if (verdict === null) return `a ${kind} ${HEADLINES[event]}`;
  return kind === 'deployment' ? verdict : `${kind} ${verdict}`;
}

function factsOf(event: Notification, temporalUrl: string | null): Record<Placeholder, string> {
  const { id, environment, stack, service, asked, by, why, verdict, reason, nextStep, commands } = event;
  return {
    ...{ id, kind: event.kind, event: event.event, environment, stack, service, asked, by, reason },
    headline: headlineOf(event),
    time: new Date(event.at).toISOString(),
    why: why ?? '',
    verdict: verdict ?? '',
    next: nextStep,
    commands: commands.join('; '),
    deployment: event.deploymentId,
    request: event.requestId,
    rancher: event.rancherUrl ?? '',
    temporal: temporalUrl ?? '',
  };
}

function slackText(facts: Record<Placeholder, string>, { commands }: Notification): string {
  const shown = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, forSlack(fact)]));
  const links = [
    ...(facts.temporal === '' ? [] : [`<${facts.temporal}|history>`]),
    ...(facts.rancher === '' ? [] : [`<${facts.rancher}|Rancher>`]),
  ];
  return [
    `*${shown['headline']}*: ${shown['asked']}, by ${shown['by']}${facts.why === '' ? '' : ` (${shown['why']})`}`,
    ...(facts.reason === '' ? [] : [shown['reason']]),
    ...(facts.next === '' ? [] : [`Next: ${shown['next']}`]),
    ...commands.map((command) => `\`${forSlack(command)}\``),
    ...(links.length === 0 ? [] : [links.join(' · ')]),
  ].join('\n');
}

/** Slack reads three characters as its own. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Within the quotes of a JSON text. */
function forJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
