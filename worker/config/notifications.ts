import { z } from 'zod';
import type { TargetSettings } from '../../activities/dependencies';
import { PLACEHOLDERS } from '../../activities/notify/compose-message';
import type { NotificationTarget } from '../../decision/notification';
import { NOTIFIED_EVENTS } from '../../decision/notification';
import { nearest } from './nearest';
import { whyBadHeader, whyBadOwnName } from './own-name';
import { choice, kindOf, named, secret, section, text } from './schema-pieces';
import { SECRET_FORM, type SecretSpelling } from '../../credentials/secret-spelling';
import type { SecretSource } from '../../credentials/secret-source';

// Who is told what: `notifications`, for all environments, and `environments.<name>.notifications`.

const whyBadName = whyBadOwnName('notification');

/** Why `template` cannot be filled in, or `undefined` when it can. */
function whyBadTemplate(template: string): string | undefined {
  for (const [, name = ''] of template.matchAll(/\{(\w+)\}/g)) {
    if ((PLACEHOLDERS as readonly string[]).includes(name)) continue;
    const near = nearest(name, PLACEHOLDERS);
    return `{${name.slice(0, 40)}} stands for nothing; ${near === undefined ? '' : `did you mean {${near}}? `}known: ${PLACEHOLDERS.join(', ')}`;
  }
  return undefined;
}

const whyBadBody = (body: string): string | undefined => {
  const wrong = whyBadTemplate(body);
  if (wrong !== undefined) return wrong;
  try {
    JSON.parse(body.replaceAll(/\{\w+\}/g, 'x'));
    return undefined;
  } catch {
    return 'this is no JSON once it is filled in; a placeholder stands within quotes: {"text": "{headline}: {asked}"}';
  }
};

/** An address: in clear where it holds no secret, else by reference. */
const address = z
  .unknown()
  .transform((value, context): string | SecretSpelling => {
    const fail = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (typeof value !== 'string') {
      const parsed = secret().safeParse(value);
      return parsed.success ? parsed.data : fail(parsed.error.issues[0]?.message ?? `found ${kindOf(value)}`);
    }
    if (!/^https?:\/\/[^\s]+$/i.test(value) || !URL.canParse(value))
      return fail(`expected an address, http:// or https://, or where it comes from, ${SECRET_FORM}`);
    if (/^https?:\/\/[^/?#]*@/i.test(value) || /[?#]/.test(value))
      return fail(
        `credentials and queries do not belong into this file; say where the address comes from, ${SECRET_FORM}`,
      );
    return value;
  })
  .describe(`an address without a secret in it, or ${SECRET_FORM}`);

const TARGET = {
  webhook: section({
    url: address,
    headers: named(secret(), whyBadHeader).optional(),
    body: text('a JSON text with placeholders', whyBadBody).optional(),
  }).optional(),
  slack: section({
    url: secret(),
    text: text('a text with placeholders', whyBadTemplate).optional(),
  }).optional(),
  events: z.array(choice(NOTIFIED_EVENTS)).min(1).optional(),
};

/** Targets by their names. */
export const notificationsSchema = named(
  section(TARGET).superRefine((target, context) => {
    if ((target.webhook === undefined) === (target.slack === undefined))
      context.addIssue({ code: 'custom', message: 'expected exactly one of webhook and slack' });
  }),
  whyBadName,
);

type TargetSpelling = z.infer<typeof notificationsSchema>[string];

/** A target as a worker has it. */
export interface ConfiguredTarget {
  readonly target: NotificationTarget;
  readonly kind: TargetSettings['kind'];
  /** @throws SecretError where a secret cannot be read */
  settings(): TargetSettings;
  readonly secrets: readonly SecretSource[];
}

/** Makes the targets of what the file says. */
export function targetsOf(
  spellings: Readonly<Record<string, TargetSpelling>>,
  toSource: (spelling: SecretSpelling) => SecretSource,
): Map<string, ConfiguredTarget> {
  return new Map(
    Object.entries(spellings).map(([name, spelling]) => [name, configuredTarget(name, spelling, toSource)]),
  );
}

function configuredTarget(
  name: string,
  { webhook, slack, events }: TargetSpelling,
  toSource: (spelling: SecretSpelling) => SecretSource,
): ConfiguredTarget {
  const spelled = webhook?.url ?? slack?.url ?? '';
  const [inClear, from] = typeof spelled === 'string' ? [spelled, undefined] : ['', toSource(spelled)];
  const headers = Object.entries(webhook?.headers ?? {}).map(([header, place]) => [header, toSource(place)] as const);
  const kind = webhook === undefined ? 'slack' : 'webhook';
  return {
    target: { name, events: events ?? NOTIFIED_EVENTS },
    kind,
    secrets: [...(from === undefined ? [] : [from]), ...headers.map(([, source]) => source)],
    settings: () => ({
      kind,
      url: from === undefined ? inClear : from.read().trim(),
      headers: Object.fromEntries(headers.map(([header, source]) => [header, source.read()])),
      template: webhook === undefined ? slack?.text : webhook.body,
    }),
  };
}
