import { rmSync } from 'node:fs';
import { takeForTeardown } from './kept-for-teardown';

/** Ends the server that the global set-up started. */
export default async function globalTeardown(): Promise<void> {
  const kept = takeForTeardown();
  if (kept === undefined) return;
  await kept.server.stop();
  rmSync(kept.folder, { recursive: true, force: true });
}
