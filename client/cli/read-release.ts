import { MOST_PARALLEL, ON_FAILURE } from '../../decision/release';
import type { OnFailure } from '../../decision/release';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import type { Environment } from '../input/ci-build';
import { releaseFromArguments } from '../input/release/release-arguments';
import { readReleaseFile } from '../input/release/release-file';
import type { ReleaseInput } from '../input/release/release-input';
import { shown, shownPlace } from '../input/shown';
import { nearest } from './nearest';
import type { ParsedArguments } from './option-spec';
import { readDuration } from './read-upgrade';
import { option } from './target';

/**
 * What `drover release` was asked for: a file, or an environment with services and images; options win over the file.
 *
 * @throws InvalidInputError with everything that cannot be read
 */
export function readRelease(args: ParsedArguments, env: Environment): ReleaseInput {
  const problems: Problem[] = [];
  const set = readSettings(args, problems);
  const input = collected(problems, () => inputOf(args, env));
  if (problems.length > 0 || input === undefined) throw new InvalidInputError(problems);
  if ('confirmWithinMillis' in set && (set.confirm ?? input.confirm) !== 'manual')
    throw new InvalidInputError([
      {
        where: '--confirm-within',
        text: 'nobody is asked to confirm this release',
        fix: 'add --confirm, or leave it out',
      },
    ]);
  return { ...input, ...set };
}

function inputOf(args: ParsedArguments, env: Environment): ReleaseInput {
  const file = option(args, 'file');
  const environment = option(args, 'environment');
  if (file !== undefined) {
    const [surplus] = args.positionals;
    if (surplus !== undefined)
      throw new InvalidInputError([
        { where: shownPlace(surplus), text: 'the services are in the file', fix: 'give a file or arguments, not both' },
      ]);
    return readReleaseFile(file, environment);
  }
  const services = args.positionals.filter((text) => text.includes('='));
  const [first, ...surplus] = args.positionals.filter((text) => !text.includes('='));
  const [alias, others] =
    environment === undefined ? [first ?? env['RANCHER_ENVIRONMENT'], surplus] : [environment, [first, ...surplus]];
  const [wrong] = others.filter((text) => text !== undefined);
  if (wrong !== undefined)
    throw new InvalidInputError([
      { where: shownPlace(wrong), text: 'it is no STACK/SERVICE=IMAGE', fix: 'write storefront/web=example/web:2.4.1' },
    ]);
  if (services.length === 0)
    throw new InvalidInputError([
      {
        where: 'drover release',
        text: 'no service is named',
        fix: 'give a file (-f release.yaml), or ENVIRONMENT STACK/SERVICE=IMAGE …',
      },
    ]);
  return releaseFromArguments(alias ?? '', services);
}

function readSettings(args: ParsedArguments, problems: Problem[]): Partial<ReleaseInput> {
  const onFailure = option(args, 'on-failure');
  if (onFailure !== undefined && !isOnFailure(onFailure)) {
    const guess = nearest(onFailure, ON_FAILURE);
    problems.push({
      where: '--on-failure',
      text: `${shown(onFailure)} is not one of ${ON_FAILURE.join(', ')}`,
      fix: guess === undefined ? `choose one of ${ON_FAILURE.join(', ')}` : `did you mean --on-failure ${guess}?`,
    });
  }
  const parallelism = option(args, 'parallelism');
  const isCount =
    parallelism !== undefined && /^[1-9]\d{0,2}$/.test(parallelism) && Number(parallelism) <= MOST_PARALLEL;
  if (parallelism !== undefined && !isCount)
    problems.push({
      where: '--parallelism',
      text: `it must be a whole number from 1 to ${String(MOST_PARALLEL)}`,
      fix: 'write --parallelism 4',
    });
  const confirmWithinMillis = readDuration(args, 'confirm-within', problems);
  return {
    ...(onFailure !== undefined && isOnFailure(onFailure) ? { onFailure } : {}),
    ...(isCount ? { parallelism: Number(parallelism) } : {}),
    ...(args.flags.has('confirm') ? { confirm: 'manual' as const } : {}),
    ...(confirmWithinMillis === undefined ? {} : { confirmWithinMillis }),
  };
}

function collected<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function isOnFailure(text: string): text is OnFailure {
  return (ON_FAILURE as readonly string[]).includes(text);
}
