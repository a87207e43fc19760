import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RancherClient } from '../../rancher/rancher-client';
import { aService, sendJson, startServer } from './local-server';
import type { LocalServer } from './local-server';

describe('TLS with an own CA', () => {
  let folder: string;
  let server: LocalServer;
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drover-tls-'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    for (const ca of ['ca', 'other']) {
      openssl('req', '-x509', ...key, '-keyout', `${ca}.key`, '-out', `${ca}.pem`, '-days', '2', '-subj', `/CN=${ca}`);
    }
    openssl(
      'req',
      ...key,
      '-keyout',
      'server.key',
      '-out',
      'server.csr',
      '-subj',
      '/CN=rancher',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-copy_extensions',
      'copy',
      '-out',
      'server.pem',
    );
    server = await startServer(
      (_, response) => {
        sendJson(response, 200, aService());
      },
      {
        key: readFileSync(file('server.key'), 'utf8'),
        cert: readFileSync(file('server.pem'), 'utf8'),
      },
    );
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function readWith(url: string, ca: string | undefined): Promise<unknown> {
    const client = new RancherClient({ url, accessKey: 'access', secretKey: 'secret', ca });
    try {
      return await client.getService('1a5', '1s2');
    } finally {
      client.close();
    }
  }

  it('is trusted when the CA is given, also among others and with text between', async () => {
    const ca = `# the team's\n${readFileSync(file('other.pem'), 'utf8')}\n${readFileSync(file('ca.pem'), 'utf8')}`;
    await expect(readWith(server.url, ca)).resolves.toMatchObject({ id: '1s2' });
  });

  it.each([
    ['without it', undefined],
    ['with another one', 'other.pem'],
  ])('is refused %s, before anything is sent', async (_, name) => {
    const before = server.requests.length;
    await expect(
      readWith(server.url, name === undefined ? undefined : readFileSync(file(name), 'utf8')),
    ).rejects.toMatchObject({
      name: 'NotSentError',
      outcome: 'not-sent',
      message: expect.stringMatching(/was not sent: the certificate.*Give the CA's certificate \(PEM\)/) as string,
    });
    expect(server.requests).toHaveLength(before);
  });

  it('is refused under a name that the certificate is not for', async () => {
    const url = server.url.replace('127.0.0.1', 'localhost');
    await expect(readWith(url, readFileSync(file('ca.pem'), 'utf8'))).rejects.toMatchObject({
      outcome: 'not-sent',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: expect.stringMatching(/for another host name/) as string,
    });
  });
});
