import type { EventSocketOptions } from './event-socket';
import { openEventSocket } from './event-socket';

/** Opens an event stream and closes it again: why it does not open, in words; `undefined` where it does. */
export function whyNoEventStream(
  options: EventSocketOptions,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const abort = (): void => end('called off before it opened');
    const socket = openEventSocket(options, {
      opened: () => end(undefined),
      frame: () => undefined,
      closed: (why) => end(why),
    });
    const end = (why: string | undefined): void => {
      signal?.removeEventListener('abort', abort);
      socket.close();
      resolve(why);
    };
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
