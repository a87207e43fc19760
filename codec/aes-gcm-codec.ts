import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { CodecError } from './codec-error';
import type { KeyRing } from './key-ring';

const CIPHER = 'aes-256-gcm';
/** What Temporal's own examples name it; its Web UI shows such a payload as encrypted. */
const ENCODING = 'binary/encrypted';
const FORM = 'drover/1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));
const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

/**
 * Encrypts payloads, metadata and all, with the first key of a ring, and reads them with whichever key they name; the form is in
 * `docs/decisions/0011-payloads-are-encrypted-with-named-keys.md`. Without keys it encrypts nothing, and refuses to read what is encrypted.
 * What is in clear text is read as it is: histories from before, and signals from Temporal Web.
 */
export class AesGcmCodec implements PayloadCodec {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** @throws CodecError where the keys cannot be read */
  encode(payloads: Payload[]): Promise<Payload[]> {
    return settled(() => payloads.map((payload) => this.#encrypt(payload)));
  }

  /** @throws CodecError naming the key that is missing, or the one that does not fit */
  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#decrypt(payload)));
  }

  #encrypt(payload: Payload): Payload {
    const key = this.#ring.first();
    if (key === undefined) return payload;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key.bytes, nonce);
    cipher.setAAD(boundTo(key.id));
    const hidden = Buffer.concat([cipher.update(packed(payload)), cipher.final()]);
    return {
      metadata: {
        encoding: bytesOf(ENCODING),
        'encryption-form': bytesOf(FORM),
        'encryption-key-id': bytesOf(key.id),
      },
      data: new Uint8Array(Buffer.concat([nonce, hidden, cipher.getAuthTag()])),
    };
  }

  async #decrypt(payload: Payload): Promise<Payload> {
    const { metadata, data } = payload;
    // One that another codec encrypted is not ours to read.
    if (textOf(metadata?.['encoding']) !== ENCODING || textOf(metadata?.['encryption-form']) !== FORM) return payload;
    const id = textOf(metadata?.['encryption-key-id']);
    const key = await this.#ring.find(id);
    try {
      const bytes = Buffer.from(data ?? []);
      const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(id));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return unpacked(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
    } catch {
      throw new CodecError(
        `this says that it is encrypted with the codec key "${id}", and the key of that id here (${this.#ring.place}) does not fit: another key has the same id, or it was damaged`,
      );
    }
  }
}

/** What is not encrypted, and still cannot be changed unnoticed. */
function boundTo(keyId: string): Buffer {
  return Buffer.from(`${FORM}\0${keyId}`, 'utf8');
}

/** The metadata as JSON, its length before it, and the data after it. */
function packed({ metadata, data }: Payload): Buffer {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const head = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  // A payload without data, such as that of nothing at all, has an empty array there.
  return Buffer.concat([length, head, Buffer.from(data ?? [])]);
}

function unpacked(bytes: Buffer): Payload {
  const end = LENGTH_BYTES + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, end)) as Readonly<Record<string, string>>;
  const metadata = Object.entries(head).map(([name, value]) => [name, new Uint8Array(Buffer.from(value, 'base64'))]);
  return {
    metadata: Object.fromEntries(metadata) as Record<string, Uint8Array>,
    data: new Uint8Array(bytes.subarray(end)),
  };
}

function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
