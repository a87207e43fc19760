import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { ROOT } from '../test/support/root';
import { temporalCli } from '../test/support/temporal-cli';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMegabytes: number;
  readonly system: string;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMegabytes: Math.round(totalmem() / 1e6),
    system: `${type()} ${release()}, ${arch()}`,
  };
}

/** Of what every section uses: Node and Temporal. */
export function versionsHere(): Record<string, string> {
  return {
    Node: process.versions.node,
    Temporal: said(temporalCli(), '--version').replace(/^temporal version /, 'CLI '),
  };
}

/** Drover's commit, with `+` where a file that git knows was changed since. */
export function commitHere(): string {
  const commit = said('git', 'rev-parse', '--short=10', 'HEAD');
  const changed = said('git', 'status', '--porcelain', '--untracked-files=no', '--', ':!docs');
  return changed === '' ? commit : `${commit}+`;
}

function said(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
