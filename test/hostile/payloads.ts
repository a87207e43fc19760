import type { Payload } from '@temporalio/common';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A payload as it travels: an encoding's name and data, whether they fit or not. */
export function payload(encoding: string, data: string | Uint8Array, more: Record<string, string> = {}): Payload {
  const metadata = Object.entries({ encoding, ...more }).map(([name, value]) => [name, bytes(value)] as const);
  return { metadata: Object.fromEntries(metadata), data: typeof data === 'string' ? bytes(data) : data };
}

/** Any JSON value as the SDKs send it. */
export function json(value: unknown): Payload {
  return payload('json/plain', JSON.stringify(value));
}

const LONG = 'x'.repeat(1_000_000);

/** Everything that a form in Temporal Web, another SDK or somebody with a grudge may send with a message. */
export const HOSTILE_PAYLOADS: Readonly<Record<string, readonly Payload[]>> = {
  none: [],
  null: [json(null)],
  'a number': [json(-1e308)],
  'a text': [json('jane')],
  'an empty text': [json('')],
  'a list': [json([{ by: 'jane' }, 1])],
  'fields of other types': [json({ by: { name: 'jane' }, why: [1, 2], id: 7 })],
  'fields that are null': [json({ by: null, why: null, id: null })],
  'keys of the prototype': [payload('json/plain', '{"__proto__":{"by":"x","id":"y"},"constructor":1,"toString":2}')],
  'terminal escapes and line breaks': [
    json({ by: '\u001b[2J\u001b]0;x\u0007\r\nINFO a\u202eb', why: '\n\n# x\n', id: '\u0000' }),
  ],
  'a megabyte': [json({ by: LONG.slice(0, 400_000), why: LONG.slice(0, 400_000), id: LONG.slice(0, 200_000) })],
  'fifty arguments': Array.from({ length: 50 }, (_, index) => json(index)),
  'lone surrogates': [payload('json/plain', '{"by":"\\ud800","why":"\\udfff","id":"\\ud83d"}')],
  'deeply nested': [payload('json/plain', '['.repeat(100_000) + ']'.repeat(100_000))],
  'cut JSON': [payload('json/plain', '{"by":"ja')],
  'no JSON at all': [payload('json/plain', 'jane')],
  'bytes that are no text': [payload('json/plain', Uint8Array.of(0xff, 0xfe, 0x00, 0xc0))],
  'no data': [payload('json/plain', '')],
  bytes: [payload('binary/plain', Uint8Array.of(0, 1, 2, 255))],
  'binary null': [payload('binary/null', '')],
  'JSON protobuf of a type that nobody knows': [payload('json/protobuf', '{}', { messageType: 'no.such.Type' })],
  'protobuf of a type that nobody knows': [payload('binary/protobuf', 'xyz', { messageType: 'no.such.Type' })],
  'an encoding that nobody knows': [payload('binary/encrypted', 'xyz', { 'encryption-key-id': 'k' })],
  'an empty encoding': [payload('', '{}')],
  'no metadata': [{ data: bytes('{"by":"jane"}') }],
  'nothing in it': [{}],
  'a good one, then one that cannot be read': [json({ by: 'jane' }), payload('binary/encrypted', 'xyz')],
};
