import { closeSync, constants, openSync, readSync } from 'node:fs';

const MOST_BYTES = 1024 * 1024;

/**
 * The text of a configuration file, read no further than a mebibyte: what never ends (a device) or is something else by mistake must
 * not fill the memory. A pipe that nobody writes to is not waited for.
 *
 * @throws an error with a system's `code`: those of the file system, and `EFBIG` for what is larger
 */
export function readSmallFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(file, buffer, length, buffer.length - length, null);
    }
    if (length > MOST_BYTES) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}
