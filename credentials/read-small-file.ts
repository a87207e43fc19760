import { closeSync, constants, openSync, readSync } from 'node:fs';

/** How long a pipe may keep its reader waiting, milliseconds. */
const PIPE_LIMIT_MILLIS = 5_000;
const PIPE_PAUSE_MILLIS = 20;

/**
 * Reads a file that is meant to be small. What never ends (a device, a pipe that nobody writes to) is read no further than the bound, and
 * waited for no longer than five seconds.
 *
 * @throws an error with a system's `code`: those of the file system, and `EFBIG` for what is larger than the bound
 */
export function readSmallFile(path: string, mostBytes: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readWhenThere(file, buffer, length);
    }
    if (length > mostBytes) throw Object.assign(new Error(`larger than ${mostBytes} bytes`), { code: 'EFBIG' });
    return Buffer.from(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
}

function readWhenThere(file: number, buffer: Buffer, offset: number): number {
  for (let waited = 0; ; waited += PIPE_PAUSE_MILLIS) {
    try {
      return readSync(file, buffer, offset, buffer.length - offset, null);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN' || waited >= PIPE_LIMIT_MILLIS) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_PAUSE_MILLIS);
  }
}

/** Why a file could not be read, in words; the code itself where there are none. */
export function whyUnread(error: unknown): string {
  const code = codeOf(error) ?? 'unknown reason';
  return WORDS.get(code) ?? `cannot be read (${code})`;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['EACCES', 'may not be read by this user'],
  ['EISDIR', 'is a folder'],
  ['ELOOP', 'is a link that leads back to itself'],
  ['EAGAIN', 'is a pipe that nobody writes to'],
  ['EFBIG', 'is larger than such a file can be'],
]);
