import { InvalidInputError } from '../../errors/invalid-input-error';
import { bashCompletion } from '../../completion/bash-completion';
import { completedCommands, SHELLS } from '../../completion/completed-command';
import { fishCompletion } from '../../completion/fish-completion';
import { zshCompletion } from '../../completion/zsh-completion';
import { shown } from '../../input/shown';
import type { Command } from '../command';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `drover completion`. */
export const completion: Command = {
  name: 'completion',
  usage: SHELLS.join('|'),
  words: SHELLS,
  description: [
    'Writes a script that completes commands, options, files and the words that an option knows. It is made from the same',
    'table as the help, and asks nobody while you type.',
  ],
  options: [],
  examples: [
    ['completion bash >> ~/.bashrc', 'or: eval "$(drover completion bash)"'],
    ['completion zsh > ~/.zfunc/_drover', 'in a folder of fpath, before compinit'],
    ['completion fish > ~/.config/fish/completions/drover.fish', ''],
  ],
  success: 'the script was written',
  verdicts: ['succeeded', 'invalid'],
  async run({ positionals }, io) {
    const [name, surplus] = positionals;
    const shell = SHELLS.find((one) => one === name);
    if (shell === undefined || surplus !== undefined)
      throw new InvalidInputError([
        {
          where: 'SHELL',
          text:
            name === undefined ? 'no shell is named' : `${shown(surplus ?? name)} is not one of ${SHELLS.join(', ')}`,
          fix: 'write drover completion bash',
        },
      ]);
    io.out.write(SCRIPTS[shell](await completedCommands()));
    return 0;
  },
};
