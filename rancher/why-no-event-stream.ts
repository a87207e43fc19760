import type { Agent } from 'node:http';
import WebSocket from 'ws';

/** An event stream to be tried. */
export interface EventStreamAttempt {
  /** `ws://` or `wss://`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  /** Milliseconds until it must be open. */
  readonly limitMillis: number;
  readonly signal: AbortSignal | undefined;
}

/** Opens a websocket and closes it again: why it does not open, in words; `undefined` where it does. */
export function whyNoEventStream(attempt: EventStreamAttempt): Promise<string | undefined> {
  const { url, headers, agent, limitMillis, signal } = attempt;
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers, agent, handshakeTimeout: limitMillis, followRedirects: false });
    const abort = (): void => end('called off before it opened');
    const end = (why: string | undefined): void => {
      signal?.removeEventListener('abort', abort);
      // What it says while it goes is of no interest; without a listener it would end the process.
      socket.removeAllListeners().on('error', () => undefined);
      socket.terminate();
      resolve(why);
    };
    socket.once('open', () => end(undefined));
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      end(`the answer is ${String(response.statusCode)}, not 101 (switching protocols)`);
    });
    socket.once('error', (error) => end(error.message.split('\n')[0]?.slice(0, 200) ?? 'it fails'));
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
