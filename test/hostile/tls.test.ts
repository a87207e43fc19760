import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DroverClient } from '../../client/drover-client';
import { UnreachableError } from '../../client/errors/unreachable-error';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { prepareEnvironments } from '../../worker/config/prepare-environment';
import { connectWorker } from '../../worker/connect-worker';
import { dependenciesOf } from '../../worker/environment-access';
import { TemporalUnreachableError } from '../../worker/temporal-unreachable-error';
import { aService, sendJson, startServer } from '../rancher/local-server';
import type { LocalServer } from '../rancher/local-server';
import { DROVER_MAIN, freshDist } from '../support/fresh-dist';
import { ROOT } from '../support/root';
import { StartedProcess } from '../support/started-process';
import { Certificates } from './certificates';

let folder: string;
let certificates: Certificates;
let good: LocalServer;
let expired: LocalServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-tls-'));
  certificates = new Certificates(folder);
  const serve = (cert: string): Promise<LocalServer> =>
    startServer((_, response) => sendJson(response, 200, aService()), {
      key: certificates.text('server.key'),
      cert: certificates.text(cert),
    });
  [good, expired] = await Promise.all([serve('good.pem'), serve('expired.pem')]);
  await freshDist();
}, 120_000);
afterAll(async () => {
  await Promise.all([good.close(), expired.close()]);
  rmSync(folder, { recursive: true });
});

describe("Rancher's certificate, by the worker's own configuration", () => {
  /** The client that the worker's activities are given. */
  function readBy(url: string, ca: string | undefined, variable = false): Promise<unknown> {
    const cwd = mkdtempSync(join(folder, 'worker-'));
    const caLine = ca === undefined || variable ? '' : `, ca: ${certificates.path(ca)}`;
    const yaml = `rancher: { url: "${url}", accessKey: { env: A }, secretKey: { env: S }${caLine} }\nenvironments: { prod: {} }\n`;
    writeFileSync(join(cwd, 'drover.yaml'), yaml);
    const env = {
      HOME: cwd,
      A: 'access',
      S: 'secret',
      ...(variable && ca !== undefined ? { RANCHER_CA_FILE: certificates.path(ca) } : {}),
    };
    const configuration = loadConfiguration({ env, cwd });
    const [environment] = prepareEnvironments(configuration, ['prod']);
    if (environment === undefined) throw new Error('the environment is not prepared');
    const client = dependenciesOf(configuration, environment, new Uint8Array(32)).environment('prod').client();
    return client.getService('1a5', '1s2').finally(() => client.close());
  }

  test.each([false, true])('is taken with its own CA (by RANCHER_CA_FILE: %s)', async (variable) => {
    await expect(readBy(good.url, 'ca.pem', variable)).resolves.toMatchObject({ id: '1s2' });
  });

  const refusals: readonly (readonly [string, () => LocalServer, string, string | undefined, RegExp])[] = [
    ['without its CA', () => good, '127.0.0.1', undefined, /was not sent: the certificate.*Give the CA's certificate/],
    [
      'with another CA',
      () => good,
      '127.0.0.1',
      'other.pem',
      /was not sent: the certificate.*Give the CA's certificate/,
    ],
    [
      'under another host name',
      () => good,
      'localhost',
      'ca.pem',
      /was not sent: the certificate is for another host name/,
    ],
    ['when it has expired', () => expired, '127.0.0.1', 'ca.pem', /was not sent: the certificate has expired/],
  ];
  test.each(refusals)('is refused %s, and nothing is sent', async (_, serverOf, host, ca, words) => {
    const server = serverOf();
    const before = server.requests.length;
    const refused = { outcome: 'not-sent', message: expect.stringMatching(words) as string };
    await expect(readBy(`https://${host}:${server.port}`, ca)).rejects.toMatchObject(refused);
    expect(server.requests).toHaveLength(before);
  });

  test('cannot be waved through by NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const script = `
      const { RancherClient } = require(${JSON.stringify(join(ROOT, 'dist', 'rancher', 'rancher-client.js'))});
      const client = new RancherClient({ url: ${JSON.stringify(good.url)}, accessKey: 'a', secretKey: 's' });
      client.getService('1a5', '1s2').then(() => console.log('read'), (error) => console.log(error.outcome)).then(() => client.close());
    `;
    writeFileSync(join(folder, 'careless.js'), script);
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const before = good.requests.length;
    const careless = new StartedProcess('a careless process', join(folder, 'careless.js'), [], { cwd: folder, env });
    expect((await careless.ended).stdout).toBe('not-sent\n');
    expect(good.requests).toHaveLength(before);
  });
});

describe("Temporal's certificate", () => {
  const seen: string[] = [];
  let servers: { readonly good: Http2SecureServer; readonly expired: Http2SecureServer };
  const portOf = (server: Http2SecureServer): number => (server.address() as AddressInfo).port;
  beforeAll(async () => {
    const serve = async (cert: string): Promise<Http2SecureServer> => {
      const server = createSecureServer({ key: certificates.text('server.key'), cert: certificates.text(cert) });
      server.on('stream', (stream, headers) => {
        seen.push(String(headers.authorization));
        stream.on('error', () => undefined).respond({ ':status': 404 }, { endStream: true });
      });
      server.on('sessionError', () => undefined).on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    };
    servers = { good: await serve('good.pem'), expired: await serve('expired.pem') };
  });
  afterAll(() => Object.values(servers).forEach((server) => server.close()));

  const envOf = (host: string, server: Http2SecureServer, ca: string | undefined): NodeJS.ProcessEnv => ({
    ...{
      HOME: folder,
      TEMPORAL_ADDRESS: `${host}:${portOf(server)}`,
      TEMPORAL_TLS: 'true',
      TEMPORAL_API_KEY: 'an-api-key',
    },
    ...(ca === undefined ? {} : { TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.path(ca) }),
  });
  const rows: readonly (readonly [string, string, 'good' | 'expired', string | undefined, RegExp])[] = [
    ['without its CA', '127.0.0.1', 'good', undefined, /CA is not trusted/],
    ['with another CA', '127.0.0.1', 'good', 'other.pem', /CA is not trusted/],
    ['under another host name', 'localhost', 'good', 'ca.pem', /is for another host name/],
    ['when it has expired', '127.0.0.1', 'expired', 'ca.pem', /has expired/],
  ];

  test('is refused in words, by client and worker, and no key is sent', async () => {
    await Promise.all(
      rows.flatMap(([, host, which, ca, words]) => {
        const env = envOf(host, servers[which], ca);
        const { temporal } = loadConfiguration({ env, cwd: folder });
        return [
          expect(DroverClient.connect({ env })).rejects.toThrow(words),
          expect(DroverClient.connect({ env })).rejects.toBeInstanceOf(UnreachableError),
          expect(connectWorker(temporal)).rejects.toThrow(words),
          expect(connectWorker(temporal)).rejects.toBeInstanceOf(TemporalUnreachableError),
        ];
      }),
    );
    expect(seen).toEqual([]);
  }, 60_000);

  test('is taken with its own CA: then the key is sent', async () => {
    const client = await DroverClient.connect({ env: envOf('127.0.0.1', servers.good, 'ca.pem') });
    await client.close();
    expect(new Set(seen)).toEqual(new Set(['Bearer an-api-key']));
  }, 60_000);

  test('the command ignores NODE_TLS_REJECT_UNAUTHORIZED=0, and says so', async () => {
    const before = seen.length;
    const env = {
      ...envOf('127.0.0.1', servers.good, undefined),
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      PATH: process.env['PATH'],
    };
    const { code, stderr } = await new StartedProcess('drover list', DROVER_MAIN, ['list'], { cwd: folder, env }).ended;
    expect(code).toBe(9);
    expect(stderr).toMatch(/NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are always verified/);
    expect(stderr).toMatch(/CA is not trusted/);
    expect(seen).toHaveLength(before);
  }, 60_000);

  test('verification cannot be switched off by a variable of its own either', async () => {
    const env = { ...envOf('127.0.0.1', servers.good, undefined), TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' };
    await expect(DroverClient.connect({ env })).rejects.toThrow(/certificates are always verified/);
    expect(() => loadConfiguration({ env, cwd: folder })).toThrow(/certificates are always verified/);
  });
});
