import type { CompletedCommand, CompletedOption } from './completed-command';

/** The script for fish: sourced, or as `~/.config/fish/completions/drover.fish`. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return [
    '# Completion of drover for fish: drover completion fish | source',
    'complete -c drover -f',
    ...commands.flatMap(({ name, summary, options, words }) => [
      `complete -c drover -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...(words.length === 0 ? [] : [`complete -c drover -n ${of(name)} -a ${quoted(words.join(' '))}`]),
      ...options.map((option) => `complete -c drover -n ${of(name)} ${wordsOf(option)} -d ${quoted(option.help)}`),
    ]),
    '',
  ].join('\n');
}

const of = (command: string): string => quoted(`__fish_seen_subcommand_from ${command}`);

function wordsOf({ names, takes }: CompletedOption): string {
  const called = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  if (takes === 'nothing') return called;
  if (takes === 'file') return `${called} -r -F`;
  return takes === 'text' ? `${called} -x` : `${called} -x -a ${quoted(takes.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
