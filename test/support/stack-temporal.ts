import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { DevServer } from '../../worker/temporal-server/start-dev-server';
import { startDevServer } from '../../worker/temporal-server/start-dev-server';
import { lastingPorts } from './production/lasting-ports';
import { registerNamespace } from './register-namespace';
import { temporalAddress, temporalCli } from './temporal-cli';

/** Temporal for one stack: no other test's worker takes its tasks. */
export interface StackTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Its Web UI, where it has one. */
  readonly webUrl?: string;
  /** The server's process, where it is one's own. */
  readonly pid?: number;
  /** Kills the server with -9. Only for a server of one's own. */
  kill(): Promise<void>;
  /** Starts it again on the same file and the same ports. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A namespace of its own on a shared server (by default the run's): task queues are apart, and so are the workers. */
export async function namespaceOfItsOwn(address = temporalAddress()): Promise<StackTemporal> {
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await registerNamespace(connection, namespace);
  } finally {
    await connection.close();
  }
  const notOurs = (): never => {
    throw new Error('The server is shared with other tests: ask for ownTemporal.');
  };
  return { address, namespace, kill: notOurs, restart: notOurs, close: () => Promise.resolve() };
}

/** A dev server of its own, on a SQLite file. */
export async function serverOfItsOwn(folder: string): Promise<StackTemporal> {
  const cli = temporalCli();
  const kept = { dbFilename: join(folder, 'temporal.sqlite'), logFile: join(folder, 'temporal.log') };
  const [port = 0, uiPort = 0] = await lastingPorts('127.0.0.1', 2);
  let server: DevServer = await startDevServer(cli, { ...kept, port, uiPort });
  const { address } = server;
  return {
    address,
    namespace: 'default',
    webUrl: server.uiUrl,
    get pid() {
      return server.pid;
    },
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    restart: async () => {
      server = await startDevServer(cli, { ...kept, port, uiPort });
    },
    close: () => server.stop(),
  };
}
