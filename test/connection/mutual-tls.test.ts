import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { DroverClient } from '../../client/drover-client';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { connectWorker } from '../../worker/connect-worker';
import { Certificates } from '../hostile/certificates';
import { temporalAddress } from '../support/temporal-cli';

let folder: string;
let certificates: Certificates;
let front: Server;

/** TLS before the real Temporal: it asks for a client certificate of its CA. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-mtls-'));
  certificates = new Certificates(folder);
  const [host = '', port = ''] = temporalAddress().split(':');
  const [key, cert, ca] = ['server.key', 'good.pem', 'ca.pem'].map((name) => certificates.text(name));
  const options = { ...(key && cert && ca ? { key, cert, ca } : {}), requestCert: true, ALPNProtocols: ['h2'] };
  front = createServer({ ...options, rejectUnauthorized: true }, (socket) => {
    const behind = connect(Number(port), host);
    socket.pipe(behind).pipe(socket);
    socket.on('error', () => behind.destroy());
    behind.on('error', () => socket.destroy());
  });
  front.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => front.close(resolve));
  rmSync(folder, { recursive: true });
});

function profile(client: string, host = '127.0.0.1', more = ''): NodeJS.ProcessEnv {
  const file = join(mkdtempSync(join(folder, 'profile-')), 'temporal.toml');
  const { port } = front.address() as AddressInfo;
  writeFileSync(
    file,
    `[profile.team]
address = "${host}:${port}"
[profile.team.tls]
server_ca_cert_path = "${certificates.path('ca.pem')}"
${client}
${more}
`,
  );
  return { HOME: folder, TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'team' };
}
const pair = (certificate: string, key: string): string =>
  `client_cert_path = "${certificates.path(certificate)}"\nclient_key_path = "${certificates.path(key)}"`;

async function clientBy(env: NodeJS.ProcessEnv): Promise<void> {
  const client = await DroverClient.connect({ env });
  await client.get('nowhere', 'no-stack', 'no-service');
  await client.close();
}

/** It describes the namespace, and opens the native connection of workers. */
async function workerBy(env: NodeJS.ProcessEnv): Promise<void> {
  const connection = await connectWorker(loadConfiguration({ env, cwd: folder }).temporal);
  await connection.close();
}

const BOTH = [
  ['the client', clientBy],
  ['the worker', workerBy],
] as const;

test.concurrent.each(BOTH)(
  '%s is let in with its certificate, by a profile',
  async (_, by) => {
    await by(profile(pair('good.pem', 'server.key')));
  },
  60_000,
);

test.concurrent.each(BOTH)(
  '%s takes the name that the profile gives for the certificate',
  async (_, by) => {
    // The certificate is for 127.0.0.1 alone.
    const env = profile(pair('good.pem', 'server.key'), 'localhost');
    await expect(by(env)).rejects.toThrow(/is for another host name/);
    await expect(by({ ...env, TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example.com' })).rejects.toThrow(
      /is for another host name/,
    );
  },
  60_000,
);

test.concurrent.each(BOTH)(
  '%s is told what is missing where it brings none, or one of another CA',
  async (_, by) => {
    await expect(by(profile(''))).rejects.toThrow(/asks for a client certificate \(TEMPORAL_TLS_CLIENT_CERT_PATH/);
    await expect(by(profile(pair('other.pem', 'other.key')))).rejects.toThrow(
      /does it accept our client certificate|does not trust the CA of our client certificate/,
    );
  },
  60_000,
);
