import { PHASES } from '../../decision/phase';
import type { Phase } from '../../decision/phase';
import { RECORDED_VERDICTS, VERDICTS } from '../../decision/verdict';
import type { RecordedVerdict } from '../../decision/verdict';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import { nameProblems } from '../input/check-names';
import { parseImageReference } from '../input/image-reference';
import { shown, shownPlace } from '../input/shown';
import type { ListFilters } from '../temporal/list-query';
import { nearest } from './nearest';
import type { ParsedArguments } from './option-spec';
import { readPeriod } from './read-instant';
import { option } from './target';

/** What does not go with `--attention`, which has rules of its own for what it lists. */
const NOT_WITH_ATTENTION = ['verdict', 'running', 'phase', 'requester', 'image', 'since', 'until'] as const;

/**
 * Which deployments `drover list` was asked for.
 *
 * @throws InvalidInputError with everything that cannot be read
 */
export function readListFilters(args: ParsedArguments, now: number): ListFilters {
  const problems: Problem[] = [];
  const [surplus] = args.positionals;
  if (surplus !== undefined) {
    problems.push({
      where: shownPlace(surplus),
      text: '"drover list" takes no arguments',
      fix: 'write --environment NAME, --stack NAME or --service NAME',
    });
  }
  const names: { environment?: string; stack?: string; service?: string } = {};
  for (const key of ['environment', 'stack', 'service'] as const) {
    const value = option(args, key);
    if (value === undefined) continue;
    problems.push(...nameProblems(key, `--${key}`, value));
    names[key] = value;
  }
  const texts: { requester?: string; image?: string } = {};
  for (const key of ['requester', 'image'] as const) {
    const value = option(args, key);
    if (value === undefined) continue;
    if (value.trim() === '')
      problems.push({ where: `--${key}`, text: 'it is empty', fix: `leave it out, or write --${key} VALUE` });
    else if (key === 'image') texts.image = readImage(value, problems);
    else texts[key] = value;
  }
  const release = option(args, 'release');
  const verdict = readVerdict(args, problems);
  const phase = word<Phase>(args, 'phase', PHASES, problems);
  const period = readPeriod(args, now, problems);
  const limit = readCount(args, 'limit', problems);
  const isRunning = args.flags.has('running');
  if (args.flags.has('attention')) problems.push(...notWithAttention(args));
  else if (isRunning && verdict !== undefined)
    problems.push({ where: '--verdict', text: 'what runs has none yet', fix: 'leave out --running or --verdict' });
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    ...names,
    ...texts,
    ...(release === undefined ? {} : { release }),
    ...period,
    ...(verdict === undefined ? {} : { verdict }),
    ...(phase === undefined ? {} : { phases: [phase] }),
    ...(isRunning ? { running: true } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** An image as it is kept; what is none goes to the problems. */
function readImage(value: string, problems: Problem[]): string {
  const parsed = parseImageReference(value);
  if (parsed.ok) return parsed.reference;
  problems.push({ where: '--image', text: parsed.problem, fix: parsed.fix });
  return value;
}

/** A verdict that deployments end with; what only a command says goes to the problems. */
function readVerdict(args: ParsedArguments, problems: Problem[]): RecordedVerdict | undefined {
  const text = option(args, 'verdict');
  const isOfCommands =
    Object.keys(VERDICTS).some((one) => one === text) && !RECORDED_VERDICTS.some((one) => one === text);
  if (text === undefined || !isOfCommands) return word(args, 'verdict', RECORDED_VERDICTS, problems);
  const fix = text === 'held' ? 'for those that are held, write --phase confirming' : oneOf(RECORDED_VERDICTS);
  problems.push({ where: '--verdict', text: `"${text}" is what a command says; no deployment ends so`, fix });
  return undefined;
}

function oneOf(words: readonly string[]): string {
  return `choose one of ${words.join(', ')}`;
}

/** A number of deployments, at least one; what is none goes to the problems. */
export function readCount(args: ParsedArguments, name: string, problems: Problem[]): number | undefined {
  const text = option(args, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    problems.push({ where: `--${name}`, text: 'it must be a whole number from 1 to 9999', fix: `write --${name} 20` });
  }
  return Number(text);
}

function notWithAttention(args: ParsedArguments): Problem[] {
  return NOT_WITH_ATTENTION.filter((other) => args.flags.has(other) || args.values.has(other)).map((other) => ({
    where: `--${other}`,
    text: 'it does not go with --attention, which lists what waits for a person, running or over',
    fix: 'leave one of them out',
  }));
}

/** An option that takes one of some words. */
function word<T extends string>(
  args: ParsedArguments,
  name: string,
  words: readonly T[],
  problems: Problem[],
): T | undefined {
  const text = option(args, name);
  const found = words.find((one) => one === text);
  if (text === undefined || found !== undefined) return found;
  const guess = nearest(text, words);
  problems.push({
    where: `--${name}`,
    text: `${shown(text)} is no ${name}`,
    fix: guess === undefined ? oneOf(words) : `did you mean --${name} ${guess}?`,
  });
  return undefined;
}
