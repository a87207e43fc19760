import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * When a process was started, as the system counts it: with its number it is that process and no other, for numbers are used again.
 *
 * @returns undefined where there is no such process
 */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim() || undefined;
  }
  const stat = tryRead(`/proc/${String(pid)}/stat`);
  // The name in parentheses may hold anything, so what comes after its last one is counted; the state is field 3, the start is field 22.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended.
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** Where process numbers are ours to judge: this boot of this machine, and within it this container. */
export function placeOfProcesses(): string {
  const boot = tryRead('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return [hostname(), boot, namespaceOfProcesses()].filter((part) => part !== '').join(' ');
}

function namespaceOfProcesses(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
