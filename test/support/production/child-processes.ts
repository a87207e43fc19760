import { readdirSync, readFileSync } from 'node:fs';

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in ticks since the machine did. */
  readonly startTicks: string;
}

/** The children of a process, where the system shows them (`/proc`); none elsewhere. */
export function childrenOf(parent: number): ProcessIdentity[] {
  return processIds().flatMap((pid) => {
    const seen = lookAt(pid);
    return seen?.parent === parent ? [{ pid, startTicks: seen.startTicks }] : [];
  });
}

/** Whether it runs still; one that ended and was not yet waited for does not. */
export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  const seen = lookAt(pid);
  return seen !== null && seen.startTicks === startTicks && seen.state !== 'Z';
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function lookAt(pid: number): { state: string; parent: number; startTicks: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may hold anything.
    const [state = '', parent = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent), startTicks: rest[17] ?? '' };
  } catch {
    return null;
  }
}
