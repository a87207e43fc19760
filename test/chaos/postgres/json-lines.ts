/** One line of `drover … --json`. */
export type JsonLine = Readonly<Record<string, unknown>> & { readonly type: string };

/** What a command wrote with `--json`. @throws Error where a line is none */
export function jsonLinesOf(stdout: string): JsonLine[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value = parsed(line);
      if (!isLine(value)) throw new Error(`this is no line of --json: ${line}`);
      return value;
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is JsonLine {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
