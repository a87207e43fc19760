import { CodecError } from './codec-error';

/** One key of the codec. */
export interface CodecKey {
  /** Stands in clear text beside everything that is encrypted with it. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

/** Bytes of an AES-256 key. */
const KEY_BYTES = 32;
const HOW = 'write one key a line, id:base64, such as from: echo "k1:$(openssl rand -base64 32)"';

/**
 * Reads keys as they stand in a secret: `id:key`, one a line or with commas between them; the key is 32 bytes in base64 or in
 * hexadecimal. Empty lines and those that begin with `#` count for nothing.
 *
 * @throws CodecError naming `place` and which entry is wrong, never a key
 */
export function parseKeys(text: string, place: string): readonly CodecKey[] {
  const entries = text
    .split(/\r?\n/)
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const keys = entries.map((entry, index) => parseKey(entry, `${place}: key ${index + 1} of ${entries.length}`));
  if (keys.length === 0) throw new CodecError(`${place}: there is no key of the codec in it; ${HOW}`);
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new CodecError(`${place}: two keys have the id "${twice.id}"; give each its own`);
  return keys;
}

function parseKey(entry: string, where: string): CodecKey {
  const at = entry.indexOf(':');
  const id = entry.slice(0, at).trim();
  if (at < 0 || !/^[A-Za-z0-9_.-]{1,64}$/.test(id))
    throw new CodecError(`${where} has no id of 1 to 64 letters, digits, ".", "_" and "-"; ${HOW}`);
  const written = entry.slice(at + 1).trim();
  const bytes = /^[0-9a-fA-F]{64}$/.test(written)
    ? Buffer.from(written, 'hex')
    : /^[A-Za-z0-9+/_-]+={0,2}$/.test(written)
      ? Buffer.from(written, 'base64')
      : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES)
    throw new CodecError(`${where} ("${id}") is not ${KEY_BYTES} bytes in base64 or hexadecimal; ${HOW}`);
  return { id, bytes };
}
