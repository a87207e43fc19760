import { z } from 'zod';
import { whyBadOwnName } from './own-name';
import { named, quote, secret, section, text } from './schema-pieces';
import type { SecretSource } from '../../credentials/secret-source';
import type { SecretSpelling } from '../../credentials/secret-spelling';

// What the gates of a release may ask from this worker: `environments.<name>.probes`.

const whyBadOrigin = (pattern: string): string | undefined =>
  /^https?:\/\/[^\s/?#@]+$/i.test(pattern)
    ? undefined
    : `${quote(pattern)} names no server; write https://shop.example.com or http://*.qa.internal:8080, without a path`;

/** `environments.<name>.probes`. */
export const probesSchema = section({
  to: z.array(text('a server, such as https://shop.example.com', whyBadOrigin)).min(1).optional(),
  secrets: named(secret(), whyBadOwnName('secret')).optional(),
}).superRefine(({ to, secrets }, context) => {
  if (secrets !== undefined && to === undefined)
    context.addIssue({
      code: 'custom',
      message: 'secrets are sent only to servers that are named; add to: [https://shop.example.com]',
    });
});

/** As the file has it. */
export type ProbesSpelling = z.infer<typeof probesSchema>;

/** What the gates of a release may ask from the worker of an environment. */
export interface ConfiguredProbes {
  /** Servers, `*` stands for any text without a slash; none: nothing may be asked. */
  readonly to: readonly string[];
  /** What a header may refer to. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
}

/** Makes it of what the file says. */
export function configuredProbes(
  spelling: ProbesSpelling | undefined,
  toSource: (spelling: SecretSpelling) => SecretSource,
): ConfiguredProbes {
  const secrets = Object.entries(spelling?.secrets ?? {}).map(([name, from]) => [name, toSource(from)] as const);
  return { to: spelling?.to ?? [], secrets: new Map(secrets) };
}

/**
 * The headers of a probe that a release asks for in the environment of that alias, resolved. Whoever may ask for a release could otherwise make
 * the worker ask whatever it reaches: only servers that are named are asked.
 *
 * @throws Error where the server is none of those that are named, or a secret is not configured; it repeats no reference
 */
export function headersOfProbe(
  alias: string,
  { to, secrets }: ConfiguredProbes,
  url: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const { origin } = new URL(url);
  if (!to.some((pattern) => isServer(pattern, origin))) {
    const key = `environments.${alias}.probes.to`;
    const named = to.length === 0 ? `${key} names none` : `${key}: ${to.join(', ')}`;
    throw new Error(
      `${origin} is none of the servers that releases may probe from here (${named}); whoever runs the worker can add it in drover.yaml`,
    );
  }
  return Object.fromEntries(
    Object.entries(headers).map(([header, reference]) => {
      const source = secrets.get(reference);
      if (source !== undefined) return [header, source.read()];
      const known = secrets.size === 0 ? 'none is configured' : `configured: ${[...secrets.keys()].join(', ')}`;
      throw new Error(`its header ${header} refers to a secret that is not there (probes.secrets); ${known}`);
    }),
  );
}

function isServer(pattern: string, origin: string): boolean {
  // The usual port is no part of an origin.
  const plain = pattern.toLowerCase().replace(/^(http:\/\/.*):80$|^(https:\/\/.*):443$/, '$1$2');
  const parts = plain.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(origin);
}
