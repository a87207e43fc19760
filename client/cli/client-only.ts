/** The packages that only a worker and the simulator need: `optionalDependencies` of ours, left out by `npm install --omit=optional`. */
const OF_THE_WORKER =
  /^Cannot find module '((?:@temporalio\/(?:activity|core-bridge|testing|worker|workflow)|lossless-json|node-fetch|ws)(?:\/[^']*)?)'/;

/** What to tell where a command needs a part of Drover that a client-only installation leaves out; undefined for every other error. */
export function clientOnly(error: unknown): { readonly reason: string; readonly nextStep: string } | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'MODULE_NOT_FOUND') return undefined;
  const missing = OF_THE_WORKER.exec(error.message)?.[1];
  if (missing === undefined) return undefined;
  return {
    reason: `this command runs a worker or the simulator, and this installation has only the client: ${missing} is not there. Nothing was started.`,
    nextStep:
      'Install Drover with its optional packages (npm install without --omit=optional), or run the command where the worker runs.',
  };
}
