import { exitCodeOf } from '../../decision/verdict';
import { InvalidInputError } from '../errors/invalid-input-error';
import { shownPlace } from '../input/shown';
import { COMMANDS, isCommandName } from './command-table';
import type { Io } from './command';
import { commandHelp, globalHelp } from './help';
import { nearest } from './nearest';
import { COMMON_OPTIONS } from './option-spec';
import { parseArguments } from './parse-arguments';
import { reportError } from './report-error';

/** Does what a command line (without the word `drover`) asks for, and answers the exit code. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  const wantsJson = argv.includes('--json');
  try {
    if (name === undefined) {
      io.err.write(globalHelp());
      return exitCodeOf('invalid');
    }
    if (['--help', '-h', 'help'].includes(name)) {
      const [about] = rest;
      io.out.write(
        about !== undefined && isCommandName(about) ? commandHelp(await COMMANDS[about].load()) : globalHelp(),
      );
      return 0;
    }
    const wanted = ['--version', '-V', '-v'].includes(name) ? 'version' : name;
    if (!isCommandName(wanted)) throw unknownCommand(wanted);
    const command = await COMMANDS[wanted].load();
    const args = parseArguments(wanted, [...command.options, ...COMMON_OPTIONS], rest);
    if (args.flags.has('help')) {
      io.out.write(commandHelp(command));
      return 0;
    }
    return await command.run(args, io);
  } catch (error) {
    return reportError(error, wantsJson, io);
  }
}

function unknownCommand(name: string): InvalidInputError {
  const guess = nearest(name, Object.keys(COMMANDS));
  return new InvalidInputError([
    {
      where: shownPlace(name),
      text: name.startsWith('-') ? 'the command comes first, then its options' : 'there is no such command',
      fix: guess === undefined ? 'see "drover --help"' : `did you mean "drover ${guess}"? See "drover --help"`,
    },
  ]);
}
