import type { Parameters } from 'fast-check';

/** How often a property is tried is multiplied by this: `DROVER_FUZZ_RUNS`, default 1. */
export const FACTOR = factorFrom(process.env['DROVER_FUZZ_RUNS']);

/**
 * How a property is run: so many times (more on request), from a fixed seed by default, so that a failure here is one anywhere.
 * `DROVER_FUZZ_SEED` sets another one; a failure prints the seed and the path to it.
 */
export function runs<T>(usual: number): Parameters<T> {
  const seed = Number(process.env['DROVER_FUZZ_SEED'] ?? 20_261_125);
  return { numRuns: Math.ceil(usual * FACTOR), seed };
}

/** The time limit of a test that tries properties, milliseconds. */
export const LIMIT_MILLIS = 120_000 * Math.max(1, FACTOR);

function factorFrom(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  const factor = Number(text);
  if (Number.isFinite(factor) && factor > 0) return factor;
  throw new Error('DROVER_FUZZ_RUNS must be a number above 0: how many times the usual runs');
}
