import { InvalidInputError, type Problem } from '../../errors/invalid-input-error';

/** Nobody mends more at a time; a file that is something else altogether may have any number. */
const MOST_TOLD = 50;

/**
 * Tells the problems of a file from its top to its bottom, and of very many the first.
 *
 * @throws InvalidInputError always
 */
export function refuseFile(problems: readonly Problem[]): never {
  const sorted = [...problems].sort((one, other) => placeOf(one) - placeOf(other));
  const more = sorted.length - MOST_TOLD;
  const told = sorted.slice(0, MOST_TOLD);
  const last = told.at(-1);
  if (more > 0 && last !== undefined)
    told.push({ where: last.where, text: `… and ${more} more problems below`, fix: 'mend these first' });
  throw new InvalidInputError(told);
}

function placeOf({ where }: Problem): number {
  const match = /:(\d+):(\d+)$/.exec(where);
  return Number(match?.[1] ?? 0) * 10_000 + Number(match?.[2] ?? 0);
}
