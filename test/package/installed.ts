import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartedProcess } from '../support/started-process';

/** The package, installed into a folder that had nothing before. */
export interface Installed {
  readonly folder: string;
  /** Bytes of everything under `node_modules`. */
  bytes(): number;
  has(name: string): boolean;
  /** Starts the installed command. `before` are options of Node itself. */
  drover(args: readonly string[], before?: readonly string[]): StartedProcess;
  node(args: readonly string[]): StartedProcess;
}

/**
 * Installs a package from its file, with npm, as its user would.
 *
 * @throws Error with npm's words, where it cannot
 */
export function installed(folder: string, tarball: string, options: readonly string[]): Installed {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', private: true }));
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', ...options, tarball], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const modules = join(folder, 'node_modules');
  // Nothing of the environment that a developer has: only what finds programs and caches.
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const env = { PATH, HOME, ...(XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME }) };
  const node = (args: readonly string[]): StartedProcess => {
    const [main = '', ...rest] = args;
    return new StartedProcess(args.join(' '), main, rest, { cwd: folder, env });
  };
  return {
    folder,
    bytes: () => bytesOf(modules),
    has: (name) => existsSync(join(modules, name)),
    drover: (args, before = []) => node([...before, join(modules, '.bin/drover'), ...args]),
    node,
  };
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return bytesOf(path);
      return entry.isFile() ? statSync(path).size : 0;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}
