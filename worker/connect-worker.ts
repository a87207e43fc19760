import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { TemporalSettings } from './config/temporal-settings';
import { TemporalUnreachableError } from './temporal-unreachable-error';
import { whyNoTls } from '../connection/why-no-tls';

const CONNECT_MILLIS = 5_000;
const NOT_FOUND = 5;

/**
 * Connects a worker to Temporal. A worker's native connection waits long and complains in its own tongue, so the client's
 * looks first whether the server answers, takes our credentials and has the namespace.
 *
 * @throws TemporalUnreachableError within about five seconds.
 */
export async function connectWorker(temporal: TemporalSettings): Promise<NativeConnection> {
  await check(temporal);
  try {
    return await NativeConnection.connect(temporal.connectionOptions());
  } catch (error) {
    throw unreachable(temporal, error);
  }
}

/** The SDK's words tell nothing of a certificate that it does not trust. */
async function ofTls(temporal: TemporalSettings): Promise<Error | undefined> {
  const { address, tls } = temporal.connectionOptions();
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  const why = await whyNoTls(parts?.[1] ?? parts?.[2] ?? '', Number(parts?.[3] ?? 7233), tls);
  return why === undefined ? undefined : new Error(why);
}

async function check(temporal: TemporalSettings): Promise<void> {
  const { address, apiKey, tls, metadata } = temporal.connectionOptions();
  let connection: Connection;
  try {
    connection = await Connection.connect({
      address,
      connectTimeout: CONNECT_MILLIS,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(tls === undefined ? {} : { tls }),
      ...(metadata === undefined ? {} : { metadata }),
    });
  } catch (error) {
    throw unreachable(temporal, (await ofTls(temporal)) ?? error);
  }
  try {
    await connection.withDeadline(Date.now() + CONNECT_MILLIS, () =>
      connection.workflowService.describeNamespace({ namespace: temporal.namespace }),
    );
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === NOT_FOUND) {
      throw new TemporalUnreachableError(
        `Temporal at ${temporal.address} has no namespace ${temporal.namespace}. Create it (drover setup --create-namespace --namespace ${temporal.namespace}, or temporal operator namespace create --namespace ${temporal.namespace}), or set temporal.namespace or TEMPORAL_NAMESPACE to one that is there.`,
      );
    }
    throw unreachable(temporal, error);
  } finally {
    await connection.close();
  }
}

function unreachable(temporal: TemporalSettings, error: unknown): TemporalUnreachableError {
  const why = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  return new TemporalUnreachableError(
    `Temporal at ${temporal.address} (namespace ${temporal.namespace}) cannot be reached: ${why}. Is it running, and is the address right (temporal.address in drover.yaml, or TEMPORAL_ADDRESS)? Nothing was started.`,
  );
}
