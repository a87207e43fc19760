import { readFileSync } from 'node:fs';

/** Ids that a process is started with. */
export interface ProcessOwner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL's own account first; the other exists everywhere. */
const ACCOUNTS = ['postgres', 'nobody'] as const;

/**
 * Whom PostgreSQL runs as: it refuses to run as root. Null where we are not root: as ourselves then.
 *
 * @throws Error where root finds none of the accounts.
 */
export function postgresUser(): ProcessOwner | null {
  if (process.getuid?.() !== 0) return null;
  const owner = ownerIn(readFileSync('/etc/passwd', 'utf8'));
  if (owner === null)
    throw new Error(`PostgreSQL does not run as root, and there is no account ${ACCOUNTS.join(' or ')}.`);
  return owner;
}

/** The first of the accounts that a file in the form of `/etc/passwd` has. */
export function ownerIn(passwd: string): ProcessOwner | null {
  const lines = passwd.split('\n').map((line) => line.split(':'));
  for (const account of ACCOUNTS) {
    const [, , uid, gid] = lines.find(([name]) => name === account) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}
