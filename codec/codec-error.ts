/** A payload cannot be encrypted or read, or the codec's keys cannot. The message names places and ids of keys, never a key. */
export class CodecError extends Error {
  override name = 'CodecError' as const;
}
