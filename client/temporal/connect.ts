import { Client, Connection } from '@temporalio/client';
import { AesGcmCodec } from '../../codec/aes-gcm-codec';
import { KeyRing } from '../../codec/key-ring';
import { UnreachableError } from '../errors/unreachable-error';
import type { ConnectionSettings } from './connection-settings';
import { retriesUntilClosed } from './late-calls';
import { whyNoAnswer } from './why-no-answer';

/** How long Temporal may take to answer the first time, milliseconds. */
const CONNECT_LIMIT_MILLIS = 5000;

/**
 * Connects to Temporal. `close` gives the connection back, also while calls wait for their next attempt.
 *
 * @throws CodecError where the codec's keys cannot be used, before anything is asked; UnreachableError after five seconds, naming the address, where it comes from, and what a plain connection says
 */
export async function connectToTemporal(
  settings: ConnectionSettings,
): Promise<{ connection: Connection; client: Client; close: () => Promise<void> }> {
  const { address, from, namespace } = settings;
  const ring = new KeyRing(settings.codecKeys);
  ring.check();
  const dataConverter = { payloadCodecs: [new AesGcmCodec(ring)] };
  let closed = false;
  try {
    const connection = await Connection.connect({
      ...settings.options,
      connectTimeout: CONNECT_LIMIT_MILLIS,
      interceptors: [retriesUntilClosed(() => closed)],
    });
    const close = (): Promise<void> => {
      closed = true;
      return connection.close();
    };
    return { connection, client: new Client({ connection, namespace, dataConverter }), close };
  } catch (error) {
    const why = await whyNoAnswer(address, settings.options.tls);
    throw new UnreachableError(
      `Temporal does not answer at ${address} (from ${from}): ${why ?? messageOf(error)}. Nothing was started.`,
      'Start Temporal ("drover dev" starts one on this machine), or set TEMPORAL_ADDRESS=host:port' +
        ' (with TLS: TEMPORAL_TLS, TEMPORAL_TLS_…, TEMPORAL_API_KEY).',
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
