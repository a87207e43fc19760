import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { endServer, serversOn } from '../../../worker/local/servers-on';

const FILE = '/nowhere/of ours/temporal.db';
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process with the command line of a server; it says when it runs. */
async function pretend(file: string, onTerm: string): Promise<number> {
  const script = `process.on('SIGTERM', () => { ${onTerm} }); setInterval(() => undefined, 1000); console.log('runs')`;
  const args = ['-e', script, '--', 'server', 'start-dev', '--port', '4711', '--db-filename', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

test('a server is known by the file that it was started on, and ended; one on another file is nobody of ours', async () => {
  const [ours, other] = await Promise.all([
    pretend(FILE, 'process.exit(0)'),
    pretend('/nowhere/else.db', 'process.exit(0)'),
  ]);
  const [found, ...more] = serversOn(FILE);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ pid: ours, port: 4711 });
  if (found !== undefined) await endServer(found);
  expect(serversOn(FILE)).toEqual([]);
  expect(serversOn('/nowhere/else.db')).toMatchObject([{ pid: other }]);
});

test('one that was started under a number of old is not ended: it is another process', async () => {
  const pid = await pretend(FILE, 'process.exit(0)');
  await endServer({ pid, start: 'another', port: 4711 });
  expect(serversOn(FILE)).toMatchObject([{ pid }]);
});
