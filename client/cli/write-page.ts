import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidInputError } from '../errors/invalid-input-error';
import { shown } from '../input/shown';

const FOLDER_FIX = 'name a file in a folder that is there and can be written to';

/**
 * Checks where a page is to be written, before anything is read for it.
 *
 * @throws InvalidInputError where that is a folder or no ordinary file, or its folder is not there
 */
export function requireWritablePath(where: string, path: string): void {
  if (path === '') throw bad(where, 'it is empty', 'write the name of a file');
  const found = lookAt(where, path);
  if (found?.isDirectory() === true)
    throw bad(where, `${shown(path)} is a folder`, `name a file in it: ${where} …/report.html`);
  if (found !== undefined && !found.isFile()) throw bad(where, `${shown(path)} is no ordinary file`, FOLDER_FIX);
  const folder = dirname(resolve(path));
  if (lookAt(where, folder)?.isDirectory() !== true)
    throw bad(where, `there is no folder ${shown(folder)}`, FOLDER_FIX);
}

/**
 * Writes a file whole or not at all: who reads it meanwhile sees the one before. What is there is replaced.
 *
 * @throws InvalidInputError where it cannot be written
 */
export function writePage(where: string, path: string, text: string): void {
  const beside = `${resolve(path)}.${randomUUID()}.tmp`;
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw bad(where, `${shown(path)} cannot be written (${codeOf(error)})`, FOLDER_FIX);
  }
}

function lookAt(where: string, path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw bad(where, `${shown(path)} cannot be reached (${codeOf(error)})`, FOLDER_FIX);
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}

function bad(where: string, text: string, fix: string): InvalidInputError {
  return new InvalidInputError([{ where, text, fix }]);
}
