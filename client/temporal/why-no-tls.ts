import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';

const LIMIT_MILLIS = 1000;

const REASONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's CA is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's CA is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's CA is not trusted",
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS (another program, or TLS on one side only)',
};

/** What a handshake of TLS with these settings says, in words; `undefined` where it succeeds, or where no TLS is asked for. */
export function whyNoTls(host: string, port: number, settings: ConnectionOptions['tls']): Promise<string | undefined> {
  if (settings === undefined || settings === null || settings === false) return Promise.resolve(undefined);
  const { serverRootCACertificate: ca, serverNameOverride } = settings === true ? {} : settings;
  return new Promise((resolve) => {
    const socket = connectTls({
      ...{ host, port, ALPNProtocols: ['h2'], rejectUnauthorized: true },
      ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      ...(typeof serverNameOverride === 'string' ? { servername: serverNameOverride } : {}),
    });
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(LIMIT_MILLIS, () => end('the handshake of TLS gets no answer: is it without TLS there?'));
    socket.once('secureConnect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const known = error.code === undefined ? undefined : REASONS[error.code];
      end(known ?? `the handshake of TLS fails (${error.code ?? 'unknown reason'})`);
    });
  });
}
