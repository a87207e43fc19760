import { VERDICTS } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import { wrap } from '../render/wrap';
import type { Command } from './command';
import { COMMANDS } from './command-table';
import { COMMON_OPTIONS } from './option-spec';
import type { OptionSpec } from './option-spec';

const WIDTH = 100;

/** What `drover --help` says. */
export function globalHelp(): string {
  return [
    'drover: durable deployments for Rancher 1.6. An upgrade survives anything but its own failure, and its verdict is the truth.',
    '',
    'Usage: drover COMMAND [arguments] [options]',
    '',
    'Commands:',
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'Examples:',
    ...rows([
      ['drover demo', 'see it work, on a simulated Rancher'],
      ['drover dev', 'Temporal and a worker on this machine, for your Rancher (see drover dev --help)'],
      ['drover upgrade prod storefront/web --image example/web:2.4.1', ''],
      ['drover status prod storefront/web --watch', ''],
      ['drover why prod storefront/web', 'what went wrong, and what to do now'],
    ]),
    '',
    'Exit codes:',
    ...exitCodes(Object.keys(VERDICTS).filter((verdict): verdict is Verdict => Object.hasOwn(VERDICTS, verdict))),
    '',
    'Each command has its own help: drover COMMAND --help',
    '',
  ].join('\n');
}

/** What `drover COMMAND --help` says. */
export function commandHelp(command: Command): string {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines];
  return [
    `Usage: drover ${command.name}${command.usage === '' ? '' : ` ${command.usage}`}`,
    '',
    ...command.description,
    ...section('Options:', rows([...command.options, ...COMMON_OPTIONS].map((spec) => [optionText(spec), spec.help]))),
    ...section('Examples:', rows(command.examples.map(([line, what]) => [`drover ${line}`, what]))),
    ...section('Exit codes:', exitCodes(command.verdicts, command.success)),
    '',
  ].join('\n');
}

function optionText({ name, kind, value, aliases, short }: OptionSpec): string {
  const names = [
    ...(short === undefined ? [] : [`-${short}`]),
    `--${name}`,
    ...(aliases ?? []).map((alias) => `--${alias}`),
  ];
  return `${names.join(', ')}${kind === 'flag' ? '' : ` ${value ?? 'VALUE'}`}`;
}

function exitCodes(verdicts: readonly Verdict[], success?: string): string[] {
  return verdicts.map((verdict) => {
    const { exitCode, meaning } = VERDICTS[verdict];
    if (exitCode === 0 && success !== undefined) return `   0  ${success}`;
    return `  ${String(exitCode).padStart(2)}  ${verdict.padEnd(15)}  ${meaning}`;
  });
}

/** Two columns; a left part that is too wide gets a line of its own. */
function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(32, Math.max(...pairs.map(([text]) => text.length)));
  return pairs.flatMap(([text, help]) => {
    const wrapped = wrap(help, WIDTH - left - 4);
    const [first = '', ...rest] = wrapped;
    const indent = ' '.repeat(left + 4);
    const more = rest.map((line) => indent + line);
    return text.length <= left
      ? [`  ${text.padEnd(left)}  ${first}`.trimEnd(), ...more]
      : [`  ${text}`, ...wrapped.filter((line) => line !== '').map((line) => indent + line)];
  });
}
