import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodecServer } from '../../client/codec-server/codec-server';
import { AesGcmCodec } from '../../codec/aes-gcm-codec';
import { KeyRing } from '../../codec/key-ring';
import { secretFromFile, secretFromVariable } from '../../credentials/secret-source';

const ORIGIN = 'https://temporal.example.com';
const TOKEN = 'a-token-of-the-test';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const SENT = { ...JSON_TYPE, Authorization: `Bearer ${TOKEN}`, Origin: ORIGIN, 'X-Namespace': 'default' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CLEAR = { metadata: { encoding: base64('json/plain') }, data: base64('"what runs"') };

let folder: string;
let server: CodecServer;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-codec-server-'));
  writeFileSync(join(folder, 'token'), TOKEN);
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  const codec = new AesGcmCodec(new KeyRing(secretFromVariable('KEYS', { KEYS: keys })));
  server = new CodecServer({ codec, origins: [ORIGIN], token: secretFromFile(join(folder, 'token')) });
  url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = SENT): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

test('what it encodes it decodes, and a page of Temporal Web may read the answer', async () => {
  const encoded = await post('/encode', { payloads: [CLEAR] });
  expect(encoded.status).toBe(200);
  const { payloads } = (await encoded.json()) as { payloads: (typeof CLEAR)[] };
  expect(Buffer.from(payloads[0]?.metadata.encoding ?? '', 'base64').toString()).toBe('binary/encrypted');
  expect(JSON.stringify(payloads)).not.toContain(CLEAR.data);

  const decoded = await post('/decode', { payloads: [...payloads, CLEAR] });
  expect(await decoded.json()).toEqual({ payloads: [CLEAR, CLEAR] });
  expect(decoded.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(decoded.headers.get('cache-control')).toBe('no-store');
});

test('the preflight of the Web UI is answered: its headers, its origin, no token yet', async () => {
  const asked = {
    Origin: ORIGIN,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'x-namespace',
  };
  const answer = await fetch(`${url}/decode`, { method: 'OPTIONS', headers: asked });
  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'Authorization, Content-Type, X-Namespace',
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  });
});

test.each(['https://elsewhere.example.com', 'null', `${ORIGIN}.evil.example`])(
  'a page of another origin gets nothing, with the right token neither: %s',
  async (origin) => {
    const answers = [
      await post('/decode', { payloads: [CLEAR] }, { ...SENT, Origin: origin }),
      await fetch(`${url}/decode`, { method: 'OPTIONS', headers: { Origin: origin } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  },
);

test.each([undefined, 'Bearer another', `Bearer ${TOKEN}x`, TOKEN, `Basic ${base64(TOKEN)}`, 'Bearer '])(
  'without the token nothing is decoded: %s',
  async (authorization) => {
    const headers = {
      ...JSON_TYPE,
      Origin: ORIGIN,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    };
    const answer = await post('/decode', { payloads: [CLEAR] }, headers);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await answer.text()).not.toContain(TOKEN);
  },
);

test('a token that is replaced in its file holds at once', async () => {
  writeFileSync(join(folder, 'token'), 'another-one\n');
  expect((await post('/decode', { payloads: [] })).status).toBe(401);
  expect((await post('/decode', { payloads: [] }, { ...SENT, Authorization: 'Bearer another-one' })).status).toBe(200);
  rmSync(join(folder, 'token'));
  expect((await post('/decode', { payloads: [] }, { ...SENT, Authorization: 'Bearer another-one' })).status).toBe(401);
  writeFileSync(join(folder, 'token'), TOKEN);
});

test.each<[string, number, string, unknown, Readonly<Record<string, string>>?]>([
  ['not JSON', 400, '/decode', '{'],
  ['no payloads', 400, '/decode', {}],
  ['payloads of another shape', 400, '/decode', { payloads: [{ metadata: { encoding: 1 } }] }],
  ['another content type', 415, '/decode', '{}', { ...SENT, 'Content-Type': 'text/plain' }],
  ['another path', 404, '/metrics', {}],
  ['too much', 413, '/decode', 'x'.repeat(16 * 1024 * 1024 + 1)],
])('%s: %i', async (_, status, path, body, headers = SENT) => {
  expect((await post(path, body, headers)).status).toBe(status);
});

test('a key that it lacks is named', async () => {
  const metadata = { encoding: 'binary/encrypted', 'encryption-form': 'drover/1', 'encryption-key-id': 'k9' };
  const encoded = Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, base64(text)]));
  const answer = await post('/decode', { payloads: [{ metadata: encoded, data: base64('something') }] });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ message: expect.stringContaining('codec key "k9"') });
});

test('/healthz needs no token; a GET elsewhere is refused', async () => {
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/decode`)).status).toBe(405);
});
