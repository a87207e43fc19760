import type { DroverClient } from '../drover-client';
import type { Io } from './command';
import type { ParsedArguments } from './option-spec';
import { option } from './target';

/** Runs a piece of work with a connected client, and gives the connection back. Temporal's SDK is loaded only here. */
export async function withClient<T>(
  args: ParsedArguments,
  io: Io,
  work: (client: DroverClient) => Promise<T>,
): Promise<T> {
  const { DroverClient } = await import('../drover-client.js');
  const [address, namespace, configFile] = [option(args, 'address'), option(args, 'namespace'), option(args, 'config')];
  const client = await DroverClient.connect({
    env: io.env,
    ...(address === undefined ? {} : { address }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(configFile === undefined ? {} : { configFile }),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
