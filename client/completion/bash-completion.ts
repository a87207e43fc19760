import type { CompletedCommand, CompletedOption } from './completed-command';

/** The script for bash, 3.2 or newer; it needs nothing besides. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const valued = commands.flatMap((command) =>
    command.options.flatMap((option) => (option.takes === 'nothing' ? [] : [valueCase(command, option)])),
  );
  return [
    '# Completion of drover for bash: eval "$(drover completion bash)"',
    '_drover() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" words="" line',
    '  COMPREPLY=()',
    '  # "--option=value" is three words to bash.',
    '  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="${COMP_WORDS[COMP_CWORD - 2]}"; fi',
    '  if [[ $COMP_CWORD -eq 1 ]]; then',
    `    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$cur"))`,
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]} $prev" in',
    ...valued,
    '  esac',
    '  case "${COMP_WORDS[1]}" in',
    ...commands.map(({ name, options, words }) => {
      const names = options.flatMap((option) => option.names).join(' ');
      return `    ${name}) if [[ $cur == -* ]]; then words="${names}"; else words="${words.join(' ')}"; fi ;;`;
    }),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -F _drover drover',
    '',
  ].join('\n');
}

function valueCase({ name }: CompletedCommand, { names, takes }: CompletedOption): string {
  const pattern = names.map((one) => `"${name} ${one}"`).join(' | ');
  if (takes === 'file')
    return `    ${pattern}) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur"); return ;;`;
  if (typeof takes === 'string') return `    ${pattern}) return ;;`;
  return `    ${pattern}) COMPREPLY=($(compgen -W "${takes.join(' ')}" -- "$cur")); return ;;`;
}
