import { reportError } from '../../client/cli/report-error';

/** What the command prints about an error that ended it. */
export function printed(error: unknown, json = false): { code: number; text: string } {
  const written: string[] = [];
  const stream = { write: (text: string): boolean => written.push(text) > 0 } as NodeJS.WriteStream;
  const code = reportError(error, json, { out: stream, err: stream });
  return { code, text: written.join('') };
}
