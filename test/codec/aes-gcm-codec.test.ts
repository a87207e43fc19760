import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import { AesGcmCodec } from '../../codec/aes-gcm-codec';
import { KeyRing } from '../../codec/key-ring';
import { parseKeys } from '../../codec/parse-keys';
import { secretFromFile, secretFromVariable } from '../../credentials/secret-source';

const KEY = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const ringOf = (keys: string): KeyRing => new KeyRing(secretFromVariable('KEYS', { KEYS: keys }));
const codecOf = (keys: string): AesGcmCodec => new AesGcmCodec(ringOf(keys));
const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value, undefined) ?? {};
const valueOf = (payload: Payload | undefined): unknown =>
  payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload, undefined);
const textOf = (payload: Payload | undefined): string =>
  JSON.stringify(payload, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );

const K1 = `k1:${KEY(1)}`;
const K2 = `k2:${KEY(2)}`;
const SECRET = 'a canary in a payload';

describe('the codec', () => {
  test('what it encrypts shows nothing but the id of the key, never twice the same, and is read again as it was', async () => {
    const codec = codecOf(K1);
    const values = [SECRET, { deep: [SECRET] }, null, undefined, new Uint8Array([0, 255])];
    const payloads = values.map(plain);
    const hidden = await codec.encode(payloads);
    const again = await codec.encode(payloads);
    for (const [index, payload] of hidden.entries()) {
      expect(textOf(payload)).not.toContain('canary');
      expect(textOf(payload)).not.toContain('json/plain');
      expect(textOf(payload)).toContain('"encryption-key-id":"k1"');
      expect(textOf(payload)).not.toBe(textOf(again[index]));
    }
    expect((await codec.decode(hidden)).map(valueOf)).toEqual(values);
  });

  test('a payload without data, as the SDK has it of nothing at all, is one too', async () => {
    const nothing = { metadata: { encoding: Buffer.from('binary/null') }, data: [] as unknown as Uint8Array };
    const codec = codecOf(K1);
    expect((await codec.decode(await codec.encode([nothing]))).map(valueOf)).toEqual([undefined]);
  });

  test('the first key encrypts, all of them decrypt', async () => {
    const before = await codecOf(K1).encode([plain(SECRET)]);
    const rotated = codecOf(`${K2}\n${K1}`);
    expect((await rotated.decode(before)).map(valueOf)).toEqual([SECRET]);
    expect(textOf((await rotated.encode([plain(SECRET)]))[0])).toContain('"encryption-key-id":"k2"');
  });

  test('what is in clear text, or of another codec, is passed on as it is', async () => {
    const other: Payload = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: new Uint8Array([1, 2]) };
    const given = [plain(SECRET), other, {}];
    expect(await codecOf(K1).decode(given)).toEqual(given);
  });

  test('without keys nothing is encrypted, and what is encrypted is refused and not taken for nothing', async () => {
    const none = new AesGcmCodec(new KeyRing(undefined));
    expect((await none.encode([plain(SECRET)])).map(valueOf)).toEqual([SECRET]);
    const hidden = await codecOf(K1).encode([plain(SECRET)]);
    await expect(none.decode(hidden)).rejects.toThrow(/codec key "k1", and no codec is set up here/);
  });

  test('a key that is missing is named, and so are those that are there', async () => {
    const hidden = await codecOf(K1).encode([plain(SECRET)]);
    await expect(codecOf(K2).decode(hidden)).rejects.toThrow(
      /codec key "k1", which is not among the keys here \(environment variable KEYS: k2\)/,
    );
  });

  test.each([
    ['another key of the same id', (payload: Payload): Payload => payload, `k1:${KEY(9)}`],
    ['a byte changed', (payload: Payload): Payload => flipped(payload), K1],
    [
      'cut off',
      ({ metadata, data }: Payload): Payload => ({
        metadata: metadata ?? {},
        data: (data ?? new Uint8Array()).slice(0, 5),
      }),
      K1,
    ],
    [
      'said to be of another key',
      (payload: Payload): Payload => ({
        ...payload,
        metadata: { ...payload.metadata, 'encryption-key-id': Buffer.from('k2') },
      }),
      `k2:${KEY(1)}`,
    ],
  ])('%s: it is refused, naming the key', async (_, change, keys) => {
    const [hidden] = await codecOf(K1).encode([plain(SECRET)]);
    await expect(codecOf(keys).decode([change(hidden ?? {})])).rejects.toThrow(/codec key "k[12]".* does not fit/);
  });

  test('a file of keys that changes is read again; one that is damaged takes no key away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drover-keys-'));
    const file = join(folder, 'keys');
    try {
      writeFileSync(file, `${K1}\n`);
      const codec = new AesGcmCodec(new KeyRing(secretFromFile(file)));
      await codec.encode([plain(SECRET)]);
      const byNew = await codecOf(K2).encode([plain(SECRET)]);
      writeFileSync(file, `${K1}\n${K2}\n`);
      // A key that is missing is looked for at once.
      expect((await codec.decode(byNew)).map(valueOf)).toEqual([SECRET]);
      writeFileSync(file, 'this is no key');
      expect((await codec.decode(byNew)).map(valueOf)).toEqual([SECRET]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function flipped(payload: Payload): Payload {
  const data = Uint8Array.from(payload.data ?? []);
  data[20] = (data[20] ?? 0) ^ 1;
  return { ...payload, data };
}

describe('keys', () => {
  test('stand one a line or with commas, in base64 or hexadecimal, with comments', () => {
    const hex = Buffer.alloc(32, 3).toString('hex');
    const keys = parseKeys(`# the newest first\n\n ${K2} ,${K1}\r\nk3: ${hex}\n`, 'the keys');
    expect(keys.map(({ id, bytes }) => [id, bytes[0], bytes.length])).toEqual([
      ['k2', 2, 32],
      ['k1', 1, 32],
      ['k3', 3, 32],
    ]);
  });

  test.each([
    ['# nothing', /there is no key of the codec in it/],
    [KEY(7), /key 1 of 1 has no id/],
    [`${K1}\nk 2:${KEY(7)}`, /key 2 of 2 has no id/],
    ['k1:dG9vIHNob3J0IGNhbmFyeQ==', /key 1 of 1 \("k1"\) is not 32 bytes/],
    [`k1:${KEY(7)}!`, /\("k1"\) is not 32 bytes/],
    [`${K1},k1:${KEY(7)}`, /two keys have the id "k1"/],
  ])('%# are refused, and not repeated', (text, why) => {
    const error = thrownBy(() => parseKeys(text, 'file keys'));
    expect(error).toMatchObject({ name: 'CodecError', message: expect.stringMatching(why) });
    for (const secret of [KEY(7), 'dG9vIHNob3J0IGNhbmFyeQ']) expect(String(error)).not.toContain(secret);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
