import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { childrenOf, isAlive } from './child-processes';

const HAS_PROC = existsSync('/proc/self/stat');

test('a child is seen, and no more once it is dead', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const mine = childrenOf(process.pid).filter(({ pid }) => pid === child.pid);
  // Systems without /proc show none, and nothing is waited for there.
  expect(mine).toHaveLength(HAS_PROC ? 1 : 0);
  expect(mine.every(isAlive)).toBe(true);
  child.kill('SIGKILL');
  await ended;
  expect(mine.some(isAlive)).toBe(false);
});
