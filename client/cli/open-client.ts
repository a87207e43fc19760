import type { DroverClient } from '../drover-client';
import type { Io } from './command';
import { isLocal } from './local/local-options';
import type { LocalRun } from './local/local-run';
import type { LocalNeeds } from './local/with-local';
import type { ParsedArguments } from './option-spec';
import { option } from './target';

/**
 * Runs a piece of work with a connected client, and gives the connection back. Temporal's SDK is loaded only here.
 *
 * @param needs what a command that can do with `--local` needs then
 */
export async function withClient<T>(
  args: ParsedArguments,
  io: Io,
  work: (client: DroverClient, local: LocalRun | null) => Promise<T>,
  needs?: LocalNeeds,
): Promise<T> {
  if (needs !== undefined && isLocal(args)) {
    const { withLocal } = await import('./local/with-local.js');
    return withLocal(args, io, needs, work);
  }
  const { DroverClient } = await import('../drover-client.js');
  const [address, namespace, configFile] = [option(args, 'address'), option(args, 'namespace'), option(args, 'config')];
  const client = await DroverClient.connect({
    env: io.env,
    ...(address === undefined ? {} : { address }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(configFile === undefined ? {} : { configFile }),
  });
  try {
    return await work(client, null);
  } finally {
    await client.close();
  }
}
