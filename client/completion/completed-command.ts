import { COMMANDS, isCommandName } from '../cli/command-table';
import { COMMON_OPTIONS } from '../cli/option-spec';
import type { OptionSpec } from '../cli/option-spec';

/** A command as completion knows it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** What its first argument may be; empty where nobody can know. */
  readonly words: readonly string[];
}

/** An option as completion knows it. */
export interface CompletedOption {
  /** With their dashes, the usual one first. */
  readonly names: readonly string[];
  readonly help: string;
  readonly isRepeated: boolean;
  /** `nothing`: a flag; `file`; `text`: nobody can know; or one of these words. */
  readonly takes: 'nothing' | 'file' | 'text' | readonly string[];
  /** Placeholder of the value. */
  readonly value: string;
}

/** The shells that completion is made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** All commands with their options, as the table has them: each is loaded for it. */
export async function completedCommands(): Promise<readonly CompletedCommand[]> {
  const names = Object.keys(COMMANDS).filter(isCommandName);
  const commands = await Promise.all(
    names.map(async (name) => {
      const { options, words = [] } = await COMMANDS[name].load();
      const { summary } = COMMANDS[name];
      return { name, summary, options: [...options, ...COMMON_OPTIONS].map(completedOption), words };
    }),
  );
  return [...commands, { name: 'help', summary: 'how a command is used', options: [], words: names }];
}

function completedOption({ name, aliases, short, kind, value, choices, help }: OptionSpec): CompletedOption {
  return {
    names: [
      ...[name, ...(aliases ?? [])].map((one) => (one.length === 1 ? `-${one}` : `--${one}`)),
      ...(short === undefined ? [] : [`-${short}`]),
    ],
    help,
    isRepeated: kind === 'many',
    takes: kind === 'flag' ? 'nothing' : (choices ?? (value === 'FILE' ? 'file' : 'text')),
    value: value ?? 'VALUE',
  };
}
