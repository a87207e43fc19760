import type { WhenBusy } from '../../decision/lane';
import { WHEN_BUSY } from '../../decision/lane';
import type { OnPending } from '../../decision/policy';
import { ON_PENDING } from '../../decision/policy';
import type { PolicyOverrides } from '../../decision/request';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import { defaultAuthor } from '../input/build-request';
import type { Environment } from '../input/ci-build';
import { parseDuration } from '../input/duration';
import { shown, shownPlace } from '../input/shown';
import type { UpgradeInput } from '../input/upgrade-input';
import { nearest } from './nearest';
import type { ParsedArguments } from './option-spec';
import { option, targetOf } from './target';

/**
 * What `drover upgrade` was asked for.
 *
 * @throws InvalidInputError with everything that cannot be read
 */
export function readUpgrade(args: ParsedArguments, env: Environment): UpgradeInput {
  const problems: Problem[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const target = attempt(() => targetOf(args, env));
  const overrides = attempt(() => readOverrides(args));
  const sidekicks = attempt(() => readPairs(args, 'sidekick', 'NAME=IMAGE'));
  const variables = attempt(() => readPairs(args, 'variable', 'KEY=REFERENCE'));
  const labels = attempt(() => readPairs(args, 'label', 'KEY=VALUE'));
  if (problems.length > 0 || target === undefined) throw new InvalidInputError(problems);
  const [image, requestId, why] = [option(args, 'image'), option(args, 'request-id'), option(args, 'why')];
  return {
    ...target,
    ...(image === undefined ? {} : { image }),
    sidekicks: sidekicks ?? {},
    variables: variables ?? {},
    labels: labels ?? {},
    redeploy: args.flags.has('redeploy'),
    hold: args.flags.has('hold'),
    overrides: overrides ?? {},
    ...(requestId === undefined ? {} : { requestId }),
    author: { by: defaultAuthor(env), ...(why === undefined ? {} : { why }) },
  };
}

function readOverrides(args: ParsedArguments): PolicyOverrides {
  const problems: Problem[] = [];
  const batchSize = option(args, 'batch-size');
  if (batchSize !== undefined && !/^\d{1,9}$/.test(batchSize)) {
    problems.push({
      where: '--batch-size',
      text: 'it must be a whole number, at least 1',
      fix: 'write --batch-size 2',
    });
  }
  if (args.flags.has('start-first') && args.flags.has('no-start-first'))
    problems.push({ where: '--no-start-first', text: '--start-first is given too', fix: 'give one of them' });
  const onPending = option(args, 'on-pending');
  if (onPending !== undefined && !isOnPending(onPending)) {
    const guess = nearest(onPending, ON_PENDING);
    problems.push({
      where: '--on-pending',
      text: `${shown(onPending)} is not one of ${ON_PENDING.join(', ')}`,
      fix: guess === undefined ? `choose one of ${ON_PENDING.join(', ')}` : `did you mean --on-pending ${guess}?`,
    });
  }
  const durations = { batchIntervalMillis: 'batch-interval', timeoutMillis: 'timeout', soakMillis: 'soak' } as const;
  const read: { batchIntervalMillis?: number; timeoutMillis?: number; soakMillis?: number } = {};
  for (const [key, name] of Object.entries(durations) as [keyof typeof durations, string][]) {
    const millis = readDuration(args, name, problems);
    if (millis !== undefined) read[key] = millis;
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    ...(onPending !== undefined && isOnPending(onPending) ? { onPending } : {}),
    ...(batchSize === undefined ? {} : { batchSize: Number(batchSize) }),
    ...(args.flags.has('start-first') ? { startFirst: true } : {}),
    ...(args.flags.has('no-start-first') ? { startFirst: false } : {}),
    ...read,
  };
}

/** `--when-busy`; what cannot be read goes to the problems. */
export function readWhenBusy(args: ParsedArguments, problems: Problem[]): WhenBusy {
  const way = option(args, 'when-busy') ?? 'reject';
  if (isWhenBusy(way)) return way;
  const guess = nearest(way, WHEN_BUSY);
  problems.push({
    where: '--when-busy',
    text: `${shown(way)} is not one of ${WHEN_BUSY.join(', ')}`,
    fix: guess === undefined ? `choose one of ${WHEN_BUSY.join(', ')}` : `did you mean --when-busy ${guess}?`,
  });
  return 'reject';
}

/** A duration option, milliseconds; what cannot be read goes to the problems. */
export function readDuration(args: ParsedArguments, name: string, problems: Problem[]): number | undefined {
  const text = option(args, name);
  if (text === undefined) return undefined;
  const millis = parseDuration(text, true);
  if (millis === undefined) {
    problems.push({
      where: `--${name}`,
      text: `${shown(text)} is no duration`,
      fix: `write a number and a unit (ms, s, m, h, d), such as --${name} 90s or 1h30m; a bare number is seconds`,
    });
  }
  return millis;
}

function readPairs(args: ParsedArguments, name: string, form: string): Readonly<Record<string, string>> {
  const problems: Problem[] = [];
  const pairs = new Map<string, string>();
  for (const text of args.values.get(name) ?? []) {
    const at = text.indexOf('=');
    const key = at < 0 ? '' : text.slice(0, at);
    // The text may be a secret in the wrong place: it is not repeated.
    if (at < 1)
      problems.push({ where: `--${name}`, text: `it must have the form ${form}`, fix: `write --${name} ${form}` });
    else if (pairs.has(key))
      problems.push({ where: `--${name} ${shownPlace(key)}`, text: 'it is given twice', fix: 'give it once' });
    else pairs.set(key, text.slice(at + 1));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return Object.fromEntries(pairs);
}

function isOnPending(text: string): text is OnPending {
  return (ON_PENDING as readonly string[]).includes(text);
}

function isWhenBusy(text: string): text is WhenBusy {
  return (WHEN_BUSY as readonly string[]).includes(text);
}
