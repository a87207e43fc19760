import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { startDevServer } from '../../worker/temporal-server/start-dev-server';
import type { StackTemporal } from '../support/stack-temporal';
import { temporalCli } from '../support/temporal-cli';

/** A Temporal server that keeps everything in memory: half the work of one on a file. It is nobody's to kill. */
export async function temporalInMemory(folder: string): Promise<StackTemporal> {
  const logFile = join(folder, 'temporal.log');
  const server = await startDevServer(temporalCli(), { logFile, searchAttributes: SEARCH_ATTRIBUTES });
  const never = (): never => {
    throw new Error('what this server keeps would be lost');
  };
  return {
    address: server.address,
    namespace: 'default',
    kill: never,
    restart: never,
    close: () => server.stop(),
  };
}
