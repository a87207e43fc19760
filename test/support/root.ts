import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout's root: the nearest folder above that has a package.json; the suites run compiled, one folder deeper than their sources. */
export const ROOT = rootAbove(__dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('this is not run from a checkout of Drover: no package.json above');
  return rootAbove(parent);
}
