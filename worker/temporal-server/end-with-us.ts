import { spawn } from 'node:child_process';

// It waits for its input to end, which it does when our process is gone, however it went.
const SCRIPT = 'read -r _; kill -TERM "$1" 2>/dev/null; sleep 10; kill -KILL "$1" 2>/dev/null';

/**
 * Sees to it that the process `pid` ends when ours does, even when ours is killed: a small shell waits beside it.
 *
 * @returns to be called when `pid` has ended, so that its number, given to somebody else, is not ended later.
 */
export function endWithUs(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'drover-watch', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { PATH: process.env.PATH },
  });
  // Without a shell the process is only ended when ours exits in order.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return () => void watcher.kill('SIGKILL');
}
