import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOfProcesses, startOf } from '../../../worker/local/process-start';
import type { LockHolder } from '../../../worker/local/state-lock';
import { holderOf, takeStateLock } from '../../../worker/local/state-lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const locks = (): string[] => readdirSync(folder).sort();

/** Somebody else's lock. */
function left(holder: Partial<LockHolder>, number = 1): string {
  const file = join(folder, `lock.${String(number)}`);
  const usual = { pid: process.pid, start: 'another', place: placeOfProcesses(), host: hostname() };
  writeFileSync(file, JSON.stringify({ ...usual, what: 'upgrade prod a/b', since: 0, ...holder }));
  return file;
}

test('a lock that is held is refused, naming the holder; given back, it can be had again', () => {
  const lock = takeStateLock(folder, 'upgrade prod shop/web');
  expect(() => takeStateLock(folder, 'upgrade prod shop/api')).toThrow(
    new RegExp(
      `in use since .* by "drover upgrade prod shop/web" \\(process ${String(process.pid)}\\)\\. Nothing was started`,
    ),
  );
  expect(holderOf(folder)).toMatchObject({ pid: process.pid, what: 'upgrade prod shop/web' });
  lock.release();
  expect(locks()).toEqual([]);
  expect(holderOf(folder)).toBeUndefined();
  takeStateLock(folder, 'upgrade prod shop/api').release();
});

test('the lock of a process that was killed counts for nothing', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const pid = child.pid ?? 0;
  left({ pid, start: startOf(pid) ?? '' });
  expect(() => takeStateLock(folder, 'upgrade')).toThrow(/in use/);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  const lock = takeStateLock(folder, 'upgrade');
  expect(locks()).toEqual(['lock.2']);
  lock.release();
});

test('a number that another process has by now is not the holder', () => {
  left({ start: 'long ago' });
  takeStateLock(folder, 'upgrade').release();
  expect(locks()).toEqual([]);
});

test('a holder in another container is believed for as long as it renews its lock', () => {
  const file = left({ place: 'elsewhere', host: 'elsewhere' });
  expect(() => takeStateLock(folder, 'upgrade')).toThrow(/process \d+ on elsewhere/);
  utimesSync(file, new Date(0), new Date(0));
  takeStateLock(folder, 'upgrade').release();
});

test('what is no lock of ours is passed over', () => {
  writeFileSync(join(folder, 'lock.7'), '{"pid":');
  takeStateLock(folder, 'upgrade').release();
  expect(locks()).toEqual([]);
});

test('whoever follows one that was left behind removes it only when the next number is his', () => {
  left({}, 4);
  const lock = takeStateLock(folder, 'upgrade');
  expect(locks()).toEqual(['lock.5']);
  expect(JSON.parse(readFileSync(join(folder, 'lock.5'), 'utf8'))).toMatchObject({ pid: process.pid });
  lock.release();
});
