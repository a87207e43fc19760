/** One line of the command's `--json`. */
export type SaidLine = Readonly<Record<string, unknown>> & { readonly type: string };

/** The whole lines of `--json` so far; one that a kill cut off is not there. */
export function saidLines(stdout: string): SaidLine[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SaidLine);
}

/** The line with the verdict, which is the last one; undefined while there is none. */
export function verdictLine(stdout: string): SaidLine | undefined {
  const last = saidLines(stdout).at(-1);
  return last?.type === 'result' ? last : undefined;
}
