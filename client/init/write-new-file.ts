import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidInputError } from '../errors/invalid-input-error';
import { shown } from '../input/shown';

/** @throws InvalidInputError where there is a file already */
export function requireNoFile(where: string, path: string): void {
  if (existsSync(path)) throw alreadyThere(where, path);
}

/**
 * Writes a file whole or not at all, and never over one that is there, also not over one that came a moment ago.
 *
 * @param force - whether one that is there is replaced
 * @throws InvalidInputError where there is one, or where it cannot be written
 */
export function writeNewFile(where: string, path: string, text: string, force: boolean): void {
  const beside = `${resolve(path)}.${randomUUID()}.tmp`;
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    // A link fails where the name is taken; renaming would replace.
    if (force) renameSync(beside, path);
    else linkSync(beside, path);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'EEXIST') throw alreadyThere(where, path);
    const fix = 'name a file in a folder that is there and can be written to';
    throw new InvalidInputError([{ where, text: `${shown(path)} cannot be written (${code})`, fix }]);
  } finally {
    rmSync(beside, { force: true });
  }
}

function alreadyThere(where: string, path: string): InvalidInputError {
  const text = `${shown(path)} is there already; nothing was written`;
  return new InvalidInputError([{ where, text, fix: 'name another file with --output, or replace it with --force' }]);
}
