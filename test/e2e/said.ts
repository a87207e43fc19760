import type { Verdict } from '../../decision/verdict';
import type { Ended } from '../support/started-process';

/** One line of `--json`. */
export type JsonLine = Readonly<Record<string, unknown>> & { readonly type: string };

/** What a command said with `--json`: one object a line, and nothing else. */
export function jsonLines({ stdout }: Pick<Ended, 'stdout'>): JsonLine[] {
  if (!stdout.endsWith('\n')) throw new Error(`the last line is not ended: ${stdout.slice(-200)}`);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no object: ${line}`);
      if (!('type' in value) || typeof value.type !== 'string') throw new Error(`no type: ${line}`);
      return value as JsonLine;
    });
}

/** The line with the verdict: the last one, and the only one of its kind. */
export function resultOf(ended: Ended): JsonLine {
  const lines = jsonLines(ended);
  const results = lines.filter(({ type }) => type === 'result');
  const last = lines.at(-1);
  if (results.length !== 1 || last?.type !== 'result') throw new Error(`not one result at the end: ${ended.stdout}`);
  return last;
}

/** The plain output of a followed deployment: one line per change, each with time, level, environment and service; no colours. */
export function expectPlain({ stdout }: Ended, target: string, verdict: Verdict): void {
  const lines = stdout.trimEnd().split('\n');
  const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO|WARNING|ERROR) (.+?) ([a-z-]+): \S/;
  for (const one of lines) expect(one).toMatch(line);
  for (const one of lines) expect(line.exec(one)?.[2]).toBe(target);
  const verdicts = lines.map((one) => / verdict: ([a-z-]+): /.exec(one)?.[1]).filter((word) => word !== undefined);
  expect(verdicts).toEqual([verdict]);
}
