import { extname, join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { AesGcmCodec } from './aes-gcm-codec';
import type { KeyRing } from './key-ring';

/** The data converter of workers. The codec is there without keys too: what is encrypted must not pass for something that nobody can read. */
export function workerDataConverter(ring: KeyRing): DataConverter {
  return {
    payloadCodecs: [new AesGcmCodec(ring)],
    ...(ring.isOn ? { failureConverterPath: join(__dirname, `failure-converter${extname(__filename)}`) } : {}),
  };
}
