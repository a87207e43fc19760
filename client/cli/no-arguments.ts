import { InvalidInputError } from '../errors/invalid-input-error';
import { shownPlace } from '../input/shown';
import type { ParsedArguments } from './option-spec';

/** @throws InvalidInputError where a command that takes options only is given more */
export function noArguments(command: string, args: ParsedArguments): void {
  if (args.positionals.length === 0) return;
  throw new InvalidInputError(
    args.positionals.map((text) => ({
      where: shownPlace(text),
      text: `"drover ${command}" takes no arguments`,
      fix: `leave it out; see "drover ${command} --help"`,
    })),
  );
}
