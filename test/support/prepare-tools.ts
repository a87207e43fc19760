import { findTemporalServer } from '../../worker/temporal-server/find-temporal-server';
import { bundleOnce } from './bundle-once';

/**
 * For the suites that run outside of jest: finds Temporal's CLI and bundles the workflows, as the tests' global set-up does, and starts
 * nothing. A server at `TEMPORAL_ADDRESS` is nobody's to kill: the suites start their own.
 */
export async function prepareTools(onStep: (line: string) => void): Promise<void> {
  const { TEMPORAL_ADDRESS: _, ...env } = process.env;
  const [found] = await Promise.all([findTemporalServer({ env, onStep }), bundleOnce(onStep)]);
  if (found.kind !== 'executable') throw new Error("Temporal's CLI was not found");
  process.env.DROVER_TEST_TEMPORAL_CLI = found.path;
}
