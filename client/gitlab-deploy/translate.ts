import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import { nameProblems } from '../input/check-names';
import type { Environment } from '../input/ci-build';
import { shown } from '../input/shown';
import { DIALECT_NAMES, optionOf } from './dialect-options';
import type { DialectName, Treatment } from './dialect-options';
import type { DialectArguments } from './read-dialect';

/** What a command line in the dialect comes to. */
export interface Translated {
  /** The command line of `drover`, without the word itself. */
  readonly argv: readonly string[];
  /** What is not used, each with the reason. */
  readonly notes: readonly string[];
}

/** How a reference is told from a value: a value must not get any further than here. */
const REFERENCE = 'ref:';
/** Turns Rancher's names and ids of environments into aliases. */
const ALIASES = 'DROVER_GITLAB_ENVIRONMENTS';

/**
 * Turns the options of `rancher-gitlab-deploy` into those of `drover upgrade`.
 *
 * @throws InvalidInputError with all that is refused, each by its name
 */
export function translate(args: DialectArguments, env: Environment): Translated {
  const problems: Problem[] = [];
  const target = targetOf(args, env, problems);
  const refused = DIALECT_NAMES.filter((name) => treatmentOf(name, args) === 'refused');
  for (const name of refused) {
    const isOff = args.switches.get(name) === false;
    problems.push({
      where: `--${isOff ? 'no-' : ''}${name}`,
      text: 'Drover does not do that',
      fix: plain((isOff ? optionOf(name).no?.does : undefined) ?? optionOf(name).does),
    });
  }
  const labels = pairsOf(args, 'labels', args.values.get('rancher-label-separator')?.[0] ?? ',', problems);
  const argv = [
    ...['upgrade', target.environment, `${target.stack}/${target.service}`],
    ...valueOf('--image', args.values.get('new-image')),
    // As the old tool: whatever it has already, and whatever somebody left unfinished there.
    ...['--redeploy', '--on-pending=finish'],
    ...[...pairsOf(args, 'new-sidekick-image', null, problems)].map(([name, image]) => `--sidekick=${name}=${image}`),
    ...[...labels].map(([key, value]) => `--label=${key}=${value}`),
    ...references(pairsOf(args, 'variables', ',', problems), problems),
    ...whole('batch-size', '--batch-size', args, problems),
    ...whole('batch-interval', '--batch-interval', args, problems, 's'),
    ...whole('upgrade-timeout', '--timeout', args, problems, 's'),
    ...switched(args, 'start-before-stopping', { on: '--start-first', off: '--no-start-first' }),
    ...switched(args, 'finish-upgrade', { off: '--hold' }),
    ...switched(args, 'wait-for-upgrade-to-finish', { off: '--detach' }),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { argv, notes: notesOf(args, env) };
}

/** What becomes of an option as it is given here; null where it is not given. */
export function treatmentOf(name: DialectName, args: DialectArguments): Treatment | null {
  if (!args.given.has(name)) return null;
  const { treatment, no } = optionOf(name);
  if (args.switches.get(name) === false && no !== undefined) return no.treatment;
  if (name === 'sidekicks' && args.values.has('new-sidekick-image')) return 'honoured';
  return treatment;
}

function targetOf(
  { values }: DialectArguments,
  env: Environment,
  problems: Problem[],
): { readonly environment: string; readonly stack: string; readonly service: string } {
  const named = values.get('environment')?.[0] ?? (env['RANCHER_ENVIRONMENT'] || env['RANCHER_ENV_ID']);
  const [stack, service] = (['stack', 'service'] as const).map((name) => {
    const value = values.get(name)?.[0];
    const { variable } = optionOf(name);
    if (value === undefined)
      problems.push({
        where: `--${name}`,
        text: 'it is missing',
        fix: `write --${name} NAME, or set ${variable ?? ''}`,
      });
    else problems.push(...nameProblems(name, `--${name}`, value));
    return (value ?? '').replaceAll('.', '-');
  });
  if (named === undefined || named === '')
    problems.push({
      where: '--environment',
      text: "it is missing; Drover does not take the first environment that somebody's key can see",
      fix: "write --environment ALIAS, as the worker's drover.yaml names it, or set RANCHER_ENVIRONMENT",
    });
  const environment = aliasOf(named ?? '', env, problems);
  if (environment !== '') problems.push(...nameProblems('environment', '--environment', environment));
  return { environment, stack: stack ?? '', service: service ?? '' };
}

/** As the old tool compares them: capitals or not. */
function aliasOf(named: string, env: Environment, problems: Problem[]): string {
  for (const item of (env[ALIASES] ?? '').split(',').filter((one) => one.trim() !== '')) {
    const [name = '', alias = ''] = item.split('=').map((one) => one.trim());
    if (name === '' || alias === '')
      problems.push({
        where: ALIASES,
        text: `${shown(item)} is not NAME=ALIAS`,
        fix: 'write Production=prod,1a5=prod',
      });
    else if (name.toLowerCase() === named.toLowerCase()) return alias;
  }
  return named;
}

/** What the list and the single ones say together, the single ones first; `separator` null: there is no list. */
function pairsOf(
  { values }: DialectArguments,
  list: 'labels' | 'variables' | 'new-sidekick-image',
  separator: string | null,
  problems: Problem[],
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const text = separator === null ? undefined : values.get(list)?.[0];
  for (const item of text === undefined ? [] : text.split(separator ?? ',')) {
    const at = item.indexOf('=');
    // The text may be a secret: it is not repeated.
    if (at < 1) problems.push({ where: `--${list}`, text: 'an item is not KEY=VALUE', fix: `write --${list} A=1,B=2` });
    else pairs.set(item.slice(0, at), item.slice(at + 1));
  }
  const single = { labels: 'label', variables: 'variable', 'new-sidekick-image': 'new-sidekick-image' } as const;
  const given = values.get(single[list]) ?? [];
  for (let at = 0; at + 1 < given.length; at += 2) pairs.set(given[at] ?? '', given[at + 1] ?? '');
  return pairs;
}

function references(variables: ReadonlyMap<string, string>, problems: Problem[]): string[] {
  return [...variables].map(([key, value]) => {
    if (value.startsWith(REFERENCE)) return `--variable=${key}=${value.slice(REFERENCE.length)}`;
    problems.push({
      where: `--variable ${shown(key)}`,
      text: 'it has a value in clear, which would be read by whoever sees this command line or the history (it was sent nowhere)',
      fix: `give the value to the worker, name it under "variables:" in its drover.yaml, and write --variable KEY ${REFERENCE}NAME`,
    });
    return '';
  });
}

function whole(
  name: 'batch-size' | 'batch-interval' | 'upgrade-timeout',
  option: string,
  { values }: DialectArguments,
  problems: Problem[],
  unit = '',
): string[] {
  const text = values.get(name)?.[0];
  if (text === undefined) return [];
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    problems.push({ where: `--${name}`, text: 'it must be a whole number, at least 1', fix: `write --${name} 10` });
  return [`${option}=${text}${unit}`];
}

function switched(
  { switches }: DialectArguments,
  name: DialectName,
  words: { readonly on?: string; readonly off?: string },
): string[] {
  const given = switches.get(name);
  const word = given === undefined ? undefined : given ? words.on : words.off;
  return word === undefined ? [] : [word];
}

function valueOf(option: string, values: readonly string[] | undefined): string[] {
  const [value] = values ?? [];
  return value === undefined ? [] : [`${option}=${value}`];
}

function notesOf(args: DialectArguments, env: Environment): string[] {
  const notes = DIALECT_NAMES.flatMap((name) => {
    const treatment = treatmentOf(name, args);
    if (treatment !== 'by the worker' && treatment !== 'for creation') return [];
    return [`--${name}: ${plain(optionOf(name).does)}`];
  });
  const onShow = (['rancher-key', 'rancher-secret'] as const).filter((name) => args.given.has(name));
  if (onShow.length > 0)
    notes.push(
      `${onShow.map((name) => `--${name}`).join(' and ')}: whoever may list the processes there can read it: take it off the command line, and make a new key in Rancher`,
    );
  const idle = (['rancher-key', 'rancher-secret'] as const).flatMap((name) => {
    const variable = optionOf(name).variable ?? '';
    return args.given.has(name) || (env[variable] ?? '') === '' ? [] : [variable];
  });
  if (idle.length > 0)
    notes.push(`${idle.join(' and ')}: set, and not used: the worker has the keys; take them out of this job`);
  return notes;
}

/** Without the marks of the documentation. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
