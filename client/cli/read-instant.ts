import type { Problem } from '../errors/invalid-input-error';
import { parseInstant } from '../input/instant';
import { shown } from '../input/shown';
import type { OptionSpec, ParsedArguments } from './option-spec';
import { option } from './target';

/** Options that bound a time. */
export const PERIOD_OPTIONS: readonly OptionSpec[] = [
  { name: 'since', kind: 'one', value: 'TIME', help: 'from then on: 24h or 7d ago, 2026-11-23, or 2026-11-23T14:00Z' },
  { name: 'until', kind: 'one', value: 'TIME', help: 'up to then; default: now' },
];

/** The options `--since` and `--until`, milliseconds since the epoch; what cannot be read goes to the problems. */
export function readPeriod(
  args: ParsedArguments,
  now: number,
  problems: Problem[],
): { readonly since?: number; readonly until?: number } {
  const [since, until] = [readInstant(args, 'since', now, problems), readInstant(args, 'until', now, problems)];
  if (since !== undefined && until !== undefined && since >= until)
    problems.push({ where: '--since', text: 'it is not before --until', fix: 'write the earlier time as --since' });
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}

function readInstant(args: ParsedArguments, name: string, now: number, problems: Problem[]): number | undefined {
  const text = option(args, name);
  if (text === undefined) return undefined;
  const millis = parseInstant(text, now);
  if (millis === undefined)
    problems.push({
      where: `--${name}`,
      text: `${shown(text)} is no time`,
      fix: `write how long ago (--${name} 24h, --${name} 7d), or a date (--${name} 2026-11-23, --${name} 2026-11-23T14:00Z); without a zone it is UTC`,
    });
  return millis;
}
