import { randomInt } from 'node:crypto';
import { assertPortIsFree } from '../../../worker/temporal-server/ports';
import { PortInUseError } from '../../../worker/temporal-server/port-in-use-error';

/**
 * Above what services usually have, and below what systems give out to outgoing connections (from 32768 on Linux): while a server is
 * dead nobody gets its port by chance. Temporal on PostgreSQL takes no higher ones either: its table of members keeps them as `smallint`.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;
const ATTEMPTS = 1_000;

/**
 * So many different ports that nobody listens on, for servers that are killed and started again on them.
 *
 * @throws Error when a thousand ports were taken
 */
export async function lastingPorts(ip: string, count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt >= ATTEMPTS) throw new Error(`no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
    const port = randomInt(LOWEST, HIGHEST + 1);
    try {
      await assertPortIsFree(ip, port, 'a server of the suite');
      found.add(port);
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
    }
  }
  return [...found];
}
