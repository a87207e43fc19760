import { execFile } from 'node:child_process';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SeededRandom } from '../support/random';

const run = promisify(execFile);
const HOUR_SECONDS = 3_600;
/** How far a check of the library may be off, milliseconds. */
const TOLERANCE_MILLIS = 120_000;

/** How the clock of a worker goes, to start with. */
export const CLOCKS = ['right', 'an hour ahead', 'an hour behind'] as const;
export type ClockKind = (typeof CLOCKS)[number];

const OFFSET_SECONDS: Readonly<Record<ClockKind, number>> = {
  right: 0,
  'an hour ahead': HOUR_SECONDS,
  'an hour behind': -HOUR_SECONDS,
};

/**
 * Finds libfaketime, installs Debian's package where it is missing and may be installed, and proves that it moves the clock of a process.
 *
 * @returns the library's path
 * @throws Error that says how to mend it
 */
export async function findFaketime(folder: string, onStep: (line: string) => void): Promise<string> {
  const found = libraryPath() ?? (await install(onStep));
  if (found === undefined)
    throw new Error(
      'libfaketime is not here and could not be installed: apt-get install libfaketime as root, or leave the clocks alone with --without-faketime',
    );
  const clock = new FakeClock(found, join(folder, 'clock-check'), 'an hour ahead');
  const { stdout } = await run(process.execPath, ['-p', 'Date.now()'], {
    env: { PATH: process.env.PATH, ...clock.env },
  });
  const aheadMillis = Number(stdout) - Date.now();
  if (!(Math.abs(aheadMillis - HOUR_SECONDS * 1000) < TOLERANCE_MILLIS))
    throw new Error(`${found} moves no clock here (by ${aheadMillis} ms instead of an hour): see --without-faketime`);
  onStep(`libfaketime: ${found}`);
  return found;
}

function libraryPath(): string | undefined {
  const folders = ['/usr/lib', '/usr/local/lib'].flatMap((root) => [root, ...subfolders(root)]);
  return folders
    .map((folder) => join(folder, 'faketime'))
    .flatMap((folder) => filesIn(folder).map((name) => join(folder, name)))
    .find((path) => path.endsWith('libfaketimeMT.so.1'));
}

async function install(onStep: (line: string) => void): Promise<string | undefined> {
  onStep('libfaketime: not here; installing the Debian package');
  try {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', 'libfaketime'], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    onStep(
      `libfaketime: apt-get could not install it: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`,
    );
  }
  return libraryPath();
}

function subfolders(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(root, name));
  } catch {
    return [];
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The clock of one process that is started with {@link env}: the time of day is moved, and monotonic time goes on as it is. */
export class FakeClock {
  constructor(
    private readonly library: string,
    private readonly file: string,
    public kind: ClockKind,
  ) {
    this.#write();
  }

  get env(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      // Looked at again once a second: at every call it would cost more than the worker's own work.
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Within about a second the process has another time. */
  jump(random: SeededRandom): ClockKind {
    this.kind = random.pick(CLOCKS.filter((kind) => kind !== this.kind));
    this.#write();
    return this.kind;
  }

  #write(): void {
    const seconds = OFFSET_SECONDS[this.kind];
    // Replaced as a whole, so that nobody reads half of it.
    writeFileSync(`${this.file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}
