import { parseArgs } from 'node:util';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import { shownPlace } from '../input/shown';
import { nearest } from './nearest';
import type { OptionSpec, ParsedArguments } from './option-spec';

/**
 * Reads a command's arguments.
 *
 * @throws InvalidInputError with everything that is wrong: unknown options (and the nearest that exists), missing values
 */
export function parseArguments(
  command: string,
  specs: readonly OptionSpec[],
  args: readonly string[],
): ParsedArguments {
  const byName = new Map(
    specs.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])].map((name) => [name, spec] as const)),
  );
  const options = Object.fromEntries(
    [...byName].map(([name, spec]) => [
      name,
      {
        type: spec.kind === 'flag' ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(spec.short === undefined || name !== spec.name ? {} : { short: spec.short }),
      },
    ]),
  );
  // Not strict: Node would stop at the first problem, in words of its own.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const problems: Problem[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = byName.get(token.name);
    const problem =
      spec === undefined ? unknown(command, token.rawName, [...byName.keys()]) : misused(spec, token, values);
    if (problem !== null) problems.push(problem);
    else if (spec?.kind === 'flag') flags.add(spec.name);
    else if (spec !== undefined) values.set(spec.name, [...(values.get(spec.name) ?? []), token.value ?? '']);
  }
  // A missing value swallows what follows: help that was asked for all the same comes first.
  if (problems.length > 0 && !flags.has('help')) throw new InvalidInputError(problems);
  return { positionals, flags, values };
}

function unknown(command: string, given: string, known: readonly string[]): Problem {
  const bare = given.replace(/^-+/, '');
  const guess = nearest(bare, known);
  return {
    where: shownPlace(given),
    text: `"drover ${command}" has no such option`,
    fix:
      guess === undefined
        ? `see "drover ${command} --help"`
        : `did you mean --${guess}? See "drover ${command} --help"`,
  };
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function misused(spec: OptionSpec, token: OptionToken, values: ReadonlyMap<string, readonly string[]>): Problem | null {
  const where = `--${spec.name}`;
  if (spec.kind === 'flag') {
    if (token.value === undefined) return null;
    return { where, text: 'it takes no value', fix: `write ${where} alone, or leave it out` };
  }
  const example = `${where} ${spec.value ?? 'VALUE'}`;
  if (token.value === undefined || (token.inlineValue !== true && /^-[^\d]/.test(token.value))) {
    return { where, text: 'its value is missing', fix: `write ${example}` };
  }
  if (spec.kind === 'one' && values.has(spec.name)) {
    return { where, text: 'it is given twice', fix: `write ${example} once` };
  }
  return null;
}
