import { z } from 'zod';

/** One key of a file, as its reference shows it. */
export interface SchemaKey {
  /** `environments.NAME.policy.soak`; `[]` stands for each of a list, a word in capitals for a name of the user's own choice. */
  readonly path: string;
  /** What it holds, in words; null where it has keys of its own. */
  readonly holds: string | null;
}

/** Every key that a schema knows, in its order. */
export function keysOf(schema: unknown, path = ''): readonly SchemaKey[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape).flatMap(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`;
      const below = keysOf(value, at);
      return below[0]?.path === at ? below : [{ path: at, holds: null }, ...below];
    });
  if (inner instanceof z.ZodRecord) return keysOf(inner.valueType, `${path}.NAME`);
  if (inner instanceof z.ZodArray) {
    const at = `${path}[]`;
    const below = keysOf(inner.element, at);
    return below[0]?.path === at
      ? [{ path, holds: `a list, each ${below[0].holds ?? 'a mapping'}` }]
      : [{ path, holds: null }, ...below];
  }
  return [{ path, holds: descriptionOf(schema) ?? 'anything' }];
}

/** Without what only says whether it may be left out, and with what a preparation of the value leads to. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) {
    const out: unknown = unwrapped(schema.out);
    return out instanceof z.ZodObject || out instanceof z.ZodRecord ? out : schema;
  }
  return schema;
}

function descriptionOf(schema: unknown): string | undefined {
  if (schema instanceof z.ZodOptional) return descriptionOf(schema.unwrap());
  return schema instanceof z.ZodType ? schema.description : undefined;
}
