import { z } from 'zod';
import type { GateSettings } from '../../activities/dependencies';
import type { Gate } from '../../decision/gate';
import { GATE_BOUNDS, GATE_DEFAULTS, takesTooLong, wrongAddress } from '../../decision/gate-spelling';
import { formatDuration } from './duration';
import { whyBadHeader, whyBadOwnName } from './own-name';
import { count, duration, kindOf, named, quote, secret, section, text } from './schema-pieces';
import type { SecretSpelling } from '../../credentials/secret-spelling';
import type { SecretSource } from '../../credentials/secret-source';

// Checks of the environment's own, between `upgraded` and the finish: `environments.<name>.gates`.

function whyBadPlaceholders(text: string, known: readonly string[]): string | undefined {
  const other = [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).find((name) => !known.includes(name));
  if (other === undefined) return undefined;
  return `{${other.slice(0, 40)}} stands for nothing; known: ${known.map((name) => `{${name}}`).join(', ')}`;
}

/** Why `url` cannot be probed, or `undefined` when it can. */
function whyBadProbe(url: string): string | undefined {
  const wrong = wrongAddress(url, ['environment', 'stack', 'service'], (text) => URL.canParse(text));
  return wrong === undefined ? undefined : `${wrong.text}; ${wrong.fix}`;
}

const whyBadGate = whyBadOwnName('gate');

const whyBadPattern = (pattern: string): string | undefined =>
  /^[^\s/]+\/[^\s/]+$/.test(pattern)
    ? undefined
    : `${quote(pattern)} names no service; write STACK/SERVICE; * stands for any text`;

const command = z
  .unknown()
  .transform((value, context): [string, ...string[]] => {
    const fail = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const form = 'expected a program and its arguments as a list, such as [/opt/checks/smoke, "{service}"]';
    if (!Array.isArray(value)) return fail(`${form}, found ${kindOf(value)}`);
    const parts: unknown[] = value;
    const [program, ...rest] = parts;
    if (typeof program !== 'string' || program.trim() === '' || !rest.every((part) => typeof part === 'string'))
      return fail(`${form}; put numbers in quotes`);
    const wrong = rest
      .map((part) => whyBadPlaceholders(part, ['environment', 'stack', 'service', 'image', 'deployment']))
      .find((why) => why !== undefined);
    return wrong === undefined ? [program, ...rest] : fail(wrong);
  })
  .describe('a program and its arguments, as a list');

const GATE = {
  services: z.array(text('a service, STACK/SERVICE', whyBadPattern)).min(1).optional(),
  http: section({
    url: text('the address to ask', whyBadProbe),
    status: count(...GATE_BOUNDS.status).optional(),
    contains: text('a text that the body must hold').optional(),
    headers: named(secret(), whyBadHeader).optional(),
  }).optional(),
  exec: command.optional(),
  passes: count(...GATE_BOUNDS.passes).optional(),
  every: duration(...GATE_BOUNDS.every).optional(),
  within: duration(...GATE_BOUNDS.within).optional(),
  timeout: duration(...GATE_BOUNDS.timeout).optional(),
};

/** `environments.<name>.gates`, by the gates' names. */
export const gatesSchema = named(
  section(GATE).superRefine((gate, context) => {
    if ((gate.http === undefined) === (gate.exec === undefined))
      context.addIssue({ code: 'custom', message: 'expected exactly one of http and exec' });
    const {
      passes = GATE_DEFAULTS.passes,
      every = GATE_DEFAULTS.everyMillis,
      within = GATE_DEFAULTS.withinMillis,
    } = gate;
    if (takesTooLong({ passes, everyMillis: every, withinMillis: within }))
      context.addIssue({
        code: 'custom',
        message: `${passes} passes, one every ${formatDuration(every)}, take longer than within (${formatDuration(within)}) allows`,
      });
  }),
  whyBadGate,
);

/** A gate as the file has it. */
export type GateSpelling = z.infer<typeof gatesSchema>[string];

/** A gate as a worker has it: the policy's part, for which services it is, and what it checks. */
export interface ConfiguredGate {
  readonly gate: Gate;
  isFor(stack: string, service: string): boolean;
  /** @throws SecretError where a header cannot be read */
  settings(): GateSettings;
  /** Secrets that it needs. */
  readonly secrets: readonly SecretSource[];
}

/** Makes a gate of what the file says. */
export function configuredGate(
  name: string,
  spelling: GateSpelling,
  toSource: (spelling: SecretSpelling) => SecretSource,
): ConfiguredGate {
  const { http, exec, services } = spelling;
  const headers = Object.entries(http?.headers ?? {}).map(([header, from]) => [header, toSource(from)] as const);
  return {
    gate: {
      name,
      kind: http === undefined ? 'exec' : 'http',
      // A query may hold what a history must not.
      asks: http === undefined ? (exec?.[0] ?? '') : (http.url.split(/[?#]/)[0] ?? ''),
      passes: spelling.passes ?? GATE_DEFAULTS.passes,
      everyMillis: spelling.every ?? GATE_DEFAULTS.everyMillis,
      withinMillis: spelling.within ?? GATE_DEFAULTS.withinMillis,
      timeoutMillis: spelling.timeout ?? GATE_DEFAULTS.timeoutMillis,
    },
    isFor: (stack, service) => services?.some((pattern) => matches(pattern, `${stack}/${service}`)) ?? true,
    secrets: headers.map(([, source]) => source),
    settings: () =>
      http === undefined
        ? { kind: 'exec', command: exec ?? ['false'] }
        : {
            kind: 'http',
            url: http.url,
            status: http.status ?? GATE_DEFAULTS.status,
            contains: http.contains,
            headers: Object.fromEntries(headers.map(([header, source]) => [header, source.read()])),
          },
  };
}

/** `*` stands for any text, also for none, but for no slash. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(name);
}
