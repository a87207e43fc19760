/** One option of a command: what the parser and the help need to know. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  /** `flag` takes no value; `many` may be repeated. */
  readonly kind: 'flag' | 'one' | 'many';
  /** Placeholder of the value in the help, such as `REF`. */
  readonly value?: string;
  /** All that its value may be, for completion. */
  readonly choices?: readonly string[];
  readonly help: string;
  /** Other long names that mean the same: those that people know from other tools. */
  readonly aliases?: readonly string[];
  readonly short?: string;
}

/** What the parser made of a command line. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'help', kind: 'flag', short: 'h', help: 'show this help' },
  { name: 'json', kind: 'flag', help: 'JSON lines instead of text, errors included' },
];

/** Options of the commands that connect to Temporal. */
export const TEMPORAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'address',
    kind: 'one',
    value: 'HOST:PORT',
    help: "Temporal's address; default TEMPORAL_ADDRESS, then drover.yaml, then 127.0.0.1:7233",
  },
  {
    name: 'namespace',
    kind: 'one',
    value: 'NAME',
    help: 'Temporal\'s namespace; default TEMPORAL_NAMESPACE, then "default"',
  },
  {
    name: 'config',
    kind: 'one',
    value: 'FILE',
    help: 'drover.yaml, of which a client reads only the section "temporal:"; default DROVER_CONFIG, then ./drover.yaml if it is there',
  },
];

/** Options that name a service, beside the arguments. */
export const TARGET_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'environment',
    kind: 'one',
    value: 'ALIAS',
    aliases: ['env'],
    help: 'instead of the first argument; default RANCHER_ENVIRONMENT',
  },
  { name: 'stack', kind: 'one', value: 'NAME', help: 'instead of the second argument; default RANCHER_STACK' },
  { name: 'service', kind: 'one', value: 'NAME', help: 'instead of the second argument; default RANCHER_SERVICE' },
];
