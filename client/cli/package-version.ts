import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in the package's own `package.json`, above this file wherever it was built to. */
export function packageVersion(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version?: string };
      return version ?? 'unknown';
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
