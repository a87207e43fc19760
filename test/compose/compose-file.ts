import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../support/root';
import { interpolate } from './interpolate';

/** What of a compose file the tests and the native run read; strict, so that nothing is passed over that they do not know. */
const command = z.array(z.string());
const mounted = z.strictObject({ source: z.string(), target: z.string() });
const bind = z.strictObject({
  type: z.literal('bind'),
  source: z.string(),
  target: z.string(),
  read_only: z.boolean().default(false),
  bind: z.strictObject({ create_host_path: z.literal(false) }),
});
/** Not `content`: Docker refuses to copy it into a container whose file system is read-only. */
const file = z.strictObject({ file: z.string() });
const healthcheck = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string().default('30s'),
  retries: z.number().default(3),
  start_period: z.string().default('0s'),
});
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), args: z.record(z.string(), z.string()) }).optional(),
  pull_policy: z.literal('never').optional(),
  profiles: z.array(z.string()).default([]),
  user: z.string().optional(),
  init: z.boolean().default(false),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  shm_size: z.string().optional(),
  security_opt: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  logging: z.unknown().optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .default({}),
  environment: z.record(z.string(), z.string()).default({}),
  entrypoint: command.optional(),
  command: command.optional(),
  configs: z.array(mounted).default([]),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.union([z.string(), bind])).default([]),
  networks: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  healthcheck: healthcheck.optional(),
  stop_grace_period: z.string().default('10s'),
  restart: z.string().optional(),
});
const composeFile = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().default(false) })),
  configs: z.record(z.string(), file),
  secrets: z.record(z.string(), file),
  volumes: z.record(z.string(), z.null()),
});

/** A compose file, rendered: anchors resolved, variables put in, defaults of the specification filled in. */
export type ComposeFile = z.infer<typeof composeFile>;
/** One of its services. */
export type ComposeService = z.infer<typeof service>;
/** How one is asked whether it is well. */
export type HealthCheck = z.infer<typeof healthcheck>;

type Variables = Readonly<Record<string, string | undefined>>;

/** The repository's own `docker-compose.yml`, as it stands. */
export const COMPOSE_TEXT = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

/** A compose file's content after anchors, merges and variables, as the specification's schema is held against it. */
export function renderedTree(text: string, variables: Variables): unknown {
  return withVariables(parse(text, { merge: true }), variables);
}

/**
 * @throws ZodError where the file has what is not read here
 * @throws Error where a variable is needed and not set
 */
export function renderComposeFile(text: string, variables: Variables): ComposeFile {
  return composeFile.parse(renderedTree(text, variables));
}

/** The variables of the demo, as `--env-file` reads them. */
export function demoVariables(): Record<string, string | undefined> {
  return parseEnv(readFileSync(join(ROOT, 'examples', 'compose', 'demo.env'), 'utf8'));
}

/** Milliseconds of `90s`, `500ms`, `1m30s`. */
export function millisOf(duration: string): number {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join('') !== duration) throw new Error(`no duration of a compose file: ${duration}`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

/** Variables stand in values, not in keys. */
function withVariables(tree: unknown, variables: Variables): unknown {
  if (typeof tree === 'string') return interpolate(tree, variables);
  if (Array.isArray(tree)) return tree.map((one) => withVariables(one, variables));
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, withVariables(value, variables)]));
}
