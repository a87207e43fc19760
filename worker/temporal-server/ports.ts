import { createServer } from 'node:net';
import { describe, isErrno } from './executable';
import { PortInUseError } from './port-in-use-error';

/** A port that nobody listens on just now. */
export async function freePort(ip: string): Promise<number> {
  return await listenOnce(ip, 0);
}

/**
 * Makes sure that `port` can be listened on.
 *
 * @param what what it is wanted for, for the message.
 * @throws PortInUseError when it cannot.
 */
export async function assertPortIsFree(ip: string, port: number, what: string): Promise<void> {
  try {
    await listenOnce(ip, port);
  } catch (error) {
    const code = isErrno(error) ? error.code : describe(error);
    const reason =
      code === 'EADDRINUSE'
        ? 'is in use'
        : code === 'EACCES'
          ? 'is not allowed to us (EACCES)'
          : `cannot be listened on (${String(code)})`;
    throw new PortInUseError(ip, port, what, reason);
  }
}

async function listenOnce(ip: string, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, ip, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
