import type { CompletedCommand, CompletedOption } from './completed-command';

/** The script for zsh: sourced after `compinit`, or as a file `_drover` in a folder of `fpath`. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return [
    '#compdef drover',
    '# Completion of drover for zsh: source <(drover completion zsh)',
    '_drover() {',
    '  local -a commands',
    '  commands=(',
    ...commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`),
    '  )',
    '  if (( CURRENT == 2 )); then',
    "    _describe -t commands 'command of drover' commands",
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words',
    '  (( CURRENT-- ))',
    '  case $command in',
    ...commands.map(({ name, options, words }) => {
      const first = words.length === 0 ? '*:argument:()' : `1: :(${words.join(' ')})`;
      const specs = [...options.flatMap(specsOf), quoted(first)];
      return [`    ${name})`, '      _arguments \\', ...specs.map((spec) => `        ${spec} \\`), '      ;;'].join(
        '\n',
      );
    }),
    '  esac',
    '}',
    'if [[ $funcstack[1] == _drover ]]; then _drover "$@"; else compdef _drover drover; fi',
    '',
  ]
    .join('\n')
    .replaceAll(' \\\n      ;;', '\n      ;;');
}

function specsOf({ names, help, isRepeated, takes, value }: CompletedOption): string[] {
  const what = help.replaceAll(/[[\]\\:]/g, String.raw`\$&`);
  const then = takes === 'nothing' ? '' : `:${value.replaceAll(':', String.raw`\:`)}:${actionOf(takes)}`;
  return names.map((name) => {
    const takesValue = takes === 'nothing' ? '' : name.startsWith('--') ? '=' : '+';
    return quoted(`${isRepeated ? '*' : ''}${name}${takesValue}[${what}]${then}`);
  });
}

function actionOf(takes: Exclude<CompletedOption['takes'], 'nothing'>): string {
  if (takes === 'file') return '_files';
  return takes === 'text' ? ' ' : `(${takes.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
