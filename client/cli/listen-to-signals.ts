import type { Io } from './command';

/**
 * SIGINT and SIGTERM of this process: the first one asks to stop. The second one ends the process, but where the command said that it
 * ends by itself then; the third one does in any case.
 */
export function listenToSignals(): Pick<Io, 'signal' | 'hurry'> {
  const [stop, hurry] = [new AbortController(), new AbortController()];
  let endsByItself = false;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!stop.signal.aborted) return stop.abort();
      if (!endsByItself || hurry.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      hurry.abort();
    });
  }
  return {
    signal: stop.signal,
    hurry: () => {
      endsByItself = true;
      return hurry.signal;
    },
  };
}
