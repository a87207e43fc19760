import { CodecError } from '../../codec/codec-error';
import { KeyRing } from '../../codec/key-ring';
import type { Finding } from '../../decision/checks';
import type { SecretSource } from '../../credentials/secret-source';
import type { UnreadQuestion } from '../temporal/unread-question';
import { finding } from './finding';

const SETTINGS = 'temporal.codec.keys in drover.yaml, DROVER_CODEC_KEYS_FILE or DROVER_CODEC_KEYS';

/** Whether this machine's keys of the codec can be read; their ids are told, never a key. */
export function codecHere(keys: SecretSource | undefined): Finding {
  if (keys === undefined) return finding('codec', null, 'ok', 'no codec is set up here: payloads are not encrypted');
  const ring = new KeyRing(keys);
  try {
    const [first = '', ...more] = ring.ids;
    const others = more.length === 0 ? '' : `; it also reads ${more.join(', ')}`;
    return finding('codec', null, 'ok', `this command encrypts with the key ${first} (${ring.place})${others}`);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const mend = 'one key a line, id:base64, such as from: echo "k1:$(openssl rand -base64 32)"; or leave it out';
    return finding('codec', null, 'failed', error.message, mend);
  }
}

/** An answer came, and could be read. */
export function codecAgrees(alias: string): Finding {
  return finding('codec', alias, 'ok', 'the worker reads what this command sends, and this command its answer');
}

/** The worker answers, and what it says cannot be read here. */
export function codecLacksKey(alias: string, error: CodecError): Finding {
  const mend = `give this command the worker's keys: ${SETTINGS}`;
  return finding('codec', alias, 'failed', `the worker's answer cannot be read: ${error.message}`, mend);
}

/** The worker has not the key, or another one of that id. */
export function codecNotShared(alias: string, { isReadable, why }: UnreadQuestion): Finding {
  if (isReadable)
    return finding(
      'codec',
      alias,
      'failed',
      `the worker cannot read what this command encrypts: it says "${why}"`,
      `put this command's first key among the worker's, or give this command the worker's keys: ${SETTINGS}`,
    );
  return finding(
    'codec',
    alias,
    'failed',
    `the worker cannot read what this command encrypts, nor this command what it says about that: ${why}`,
    `give this command the worker's keys: ${SETTINGS}`,
  );
}
