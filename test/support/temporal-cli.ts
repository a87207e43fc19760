/** Temporal's CLI as the global set-up found it, for tests that start a server of their own. */
export function temporalCli(): string {
  const path = process.env.DROVER_TEST_TEMPORAL_CLI;
  if (!path)
    throw new Error("This test starts a Temporal server of its own and needs Temporal's CLI: unset TEMPORAL_ADDRESS.");
  return path;
}

/** Address of the dev server that the whole run shares. */
export function temporalAddress(): string {
  const address = process.env.DROVER_TEST_TEMPORAL_ADDRESS;
  if (!address) throw new Error('The global set-up has not run: no DROVER_TEST_TEMPORAL_ADDRESS.');
  return address;
}
