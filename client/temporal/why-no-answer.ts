import { connect } from 'node:net';
import type { ConnectionOptions } from '@temporalio/client';
import { whyNoTls } from '../../connection/why-no-tls';

const PROBE_LIMIT_MILLIS = 1000;
const SPEAKS_OTHERWISE =
  'something listens there, but it does not speak as Temporal does (another program, or TLS on one side only)';

/** What a plain TCP connection to `host:port`, and a handshake of TLS over it where that is asked for, says, in words; `undefined` where it opens (then something else is wrong). */
export function whyNoAnswer(address: string, tls?: ConnectionOptions['tls']): Promise<string | undefined> {
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3] ?? 7233);
  if (host === undefined || port < 1 || port > 65_535) {
    return Promise.resolve('this is no host:port');
  }
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(PROBE_LIMIT_MILLIS, () => end('a connection does not open'));
    socket.once('connect', () => {
      socket.setTimeout(0);
      void whyNoTls(host, port, tls).then((why) => end(why ?? SPEAKS_OTHERWISE));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => end(inWords(error)));
  });
}

function inWords(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (connection refused)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no route to that host';
    default:
      return error.message;
  }
}
