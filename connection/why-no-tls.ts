import { connect as connectTls } from 'node:tls';
import type { ClientConnectConfig } from '@temporalio/envconfig';

const LIMIT_MILLIS = 1000;
const CLOSED = 'it ends the connection right after the handshake of TLS: does it accept our client certificate?';
/** With it every client of HTTP/2 begins; an empty frame of settings follows. */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

const REASONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's CA is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's CA is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's CA is not trusted",
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'it asks for a client certificate (TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH)',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the CA of our client certificate',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS (another program, or TLS on one side only)',
};

/** What a handshake of TLS with these settings says, in words; `undefined` where it succeeds, or where no TLS is asked for. */
export function whyNoTls(
  host: string,
  port: number,
  settings: ClientConnectConfig['connectionOptions']['tls'] | null,
): Promise<string | undefined> {
  if (settings === undefined || settings === null || settings === false) return Promise.resolve(undefined);
  const { serverRootCACertificate: ca, serverNameOverride, clientCertPair } = settings === true ? {} : settings;
  return new Promise((resolve) => {
    const socket = connectTls({
      ...{ host, port, ALPNProtocols: ['h2'], rejectUnauthorized: true },
      ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      ...(clientCertPair == null
        ? {}
        : { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
      ...(typeof serverNameOverride === 'string' ? { servername: serverNameOverride } : {}),
    });
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    let stands = false;
    socket.setTimeout(LIMIT_MILLIS, () =>
      end(stands ? undefined : 'the handshake of TLS gets no answer: is it without TLS there?'),
    );
    // A server that refuses our certificate says so only after the handshake, in the place of its first frame.
    socket.once('secureConnect', () => {
      stands = true;
      socket.write(HTTP2_PREFACE);
    });
    socket.once('data', () => end(undefined));
    socket.once('end', () => end(CLOSED));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (stands && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) return end(CLOSED);
      const known = error.code === undefined ? undefined : REASONS[error.code];
      end(known ?? `the handshake of TLS fails (${error.code ?? 'unknown reason'})`);
    });
  });
}
