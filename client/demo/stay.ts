import type { Stage } from './stage';

/** Leaves everything running until Ctrl-C, and says what can be tried meanwhile. */
export async function stay(
  { temporalAddress, webUrl, simulator }: Stage,
  commands: readonly string[],
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  if (signal.aborted) return;
  say('\nIt is left running. In another terminal:');
  say(`  export TEMPORAL_ADDRESS=${temporalAddress}${webUrl === undefined ? '' : ` TEMPORAL_UI_URL=${webUrl}`}`);
  for (const command of commands) say(`  ${command}`);
  say(`Rancher's API: ${simulator.url}/v2-beta. Ctrl-C ends everything.`);
  await new Promise<void>((resolve) => {
    // A listener alone keeps no process alive.
    const alive = setInterval(() => undefined, 60_000);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
