import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import type { Environment } from '../input/ci-build';
import { shownPlace } from '../input/shown';
import { nearest } from '../cli/nearest';
import { DIALECT_NAMES, isDialectName, optionOf } from './dialect-options';
import type { DialectName } from './dialect-options';

/** What a command line in the dialect says, with the variables that stand in. */
export interface DialectArguments {
  /** Values as given; of pairs two for each time. */
  readonly values: ReadonlyMap<DialectName, readonly string[]>;
  /** Switches as given. */
  readonly switches: ReadonlyMap<DialectName, boolean>;
  /** What is on the command line itself. */
  readonly given: ReadonlySet<DialectName>;
  readonly help: boolean;
  /** Whether only this program's version is asked for. */
  readonly version: boolean;
}

/**
 * Reads a command line as the old tool does: the last one counts where an option may be given once; a value is whatever comes next.
 *
 * @throws InvalidInputError with all that the old tool would not take either
 */
export function readDialect(argv: readonly string[], env: Environment): DialectArguments {
  const problems: Problem[] = [];
  const values = new Map<DialectName, readonly string[]>();
  const switches = new Map<DialectName, boolean>();
  const given = new Set<DialectName>();
  const rest = [...argv];
  let help = false;
  let version = false;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, bare = '', inline] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const name = bare.replace(/^no-/, '');
    if (bare === 'help') help = true;
    else if (bare === 'version') version = true;
    else if (isDialectName(bare) && optionOf(bare).takes !== 'switch') {
      const wanted = optionOf(bare).takes === 'pairs' ? 2 : 1;
      const taken = [
        ...(inline === undefined ? [] : [inline]),
        ...rest.splice(0, wanted - (inline === undefined ? 0 : 1)),
      ];
      if (taken.length < wanted) problems.push(tooFew(bare, wanted));
      const before = optionOf(bare).takes === 'one' ? [] : (values.get(bare) ?? []);
      values.set(bare, [...before, ...taken]);
      given.add(bare);
    } else if (isDialectName(name) && optionOf(name).takes === 'switch') {
      if (inline !== undefined)
        problems.push({ where: `--${bare}`, text: 'it takes no value', fix: `write --${bare} alone` });
      switches.set(name, bare === name);
      given.add(name);
    } else problems.push(unknown(word));
  }
  if (problems.length > 0 && !help && !version) throw new InvalidInputError(problems);
  for (const name of DIALECT_NAMES) {
    const { variable } = optionOf(name);
    const value = variable === undefined ? undefined : env[variable];
    if (value !== undefined && value !== '' && !values.has(name)) values.set(name, [value]);
  }
  return { values, switches, given, help, version };
}

function tooFew(name: DialectName, wanted: number): Problem {
  const form = wanted === 1 ? `--${name} VALUE` : `--${name} NAME VALUE`;
  return {
    where: `--${name}`,
    text: wanted === 1 ? 'its value is missing' : 'it takes two values',
    fix: `write ${form}`,
  };
}

/** A word that is no option is not repeated where it may be a value in the wrong place. */
function unknown(word: string): Problem {
  const fix = 'see drover-gitlab-deploy --help';
  if (!word.startsWith('-')) return { where: shownPlace(word), text: 'it takes no arguments but options', fix };
  const bare = word.replace(/^-+(no-)?/, '').replace(/=.*$/s, '');
  const guess = nearest(bare, DIALECT_NAMES);
  return {
    where: shownPlace(word.replace(/=.*$/s, '')),
    text: 'rancher-gitlab-deploy has no such option',
    fix: guess === undefined ? fix : `did you mean --${guess}?`,
  };
}
