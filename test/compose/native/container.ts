import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '../../support/production/server-process';
import type { ComposeService } from '../compose-file';
import { millisOf } from '../compose-file';
import type { Image } from './image';

/** What a service of the compose file is started with, besides the file itself. */
export interface ContainerOptions {
  /** Made for it; its log and its root are in it. */
  readonly folder: string;
  /** Lines of its `/etc/hosts`: those that it shares a network with. */
  readonly hosts: readonly string[];
  /** Paths of this machine, by where the service has them, and whether it may write there. */
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly writable: boolean }[];
}

/** How a command ended that was run beside a service's process. */
export interface Executed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ALTERNATIVES = '/etc/alternatives';
const PAUSE_MILLIS = 500;

/** Accounts that the images have. */
const PASSWD = [
  ...[
    'root:x:0:0::/root:/bin/sh',
    'postgres:x:999:999::/var/lib/postgresql:/bin/sh',
    'node:x:1000:1000::/home/node:/bin/sh',
  ],
];
const GROUP = ['root:x:0:', 'postgres:x:999:', 'node:x:1000:'];

/**
 * A service of the compose file as a process of this machine: with its own root of what its image has, its user, its capabilities, its
 * mounts and its names, but no engine. It takes Linux, and the rights of root.
 */
export class Container {
  readonly logFile: string;
  #process: ServerProcess | null = null;

  constructor(
    readonly name: string,
    readonly service: ComposeService,
    private readonly image: Image,
    private readonly options: ContainerOptions,
  ) {
    mkdirSync(join(options.folder, 'root'), { recursive: true });
    this.logFile = join(options.folder, 'output.log');
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** How its process ended, in words; null while it runs. */
  get end(): string | null {
    return this.#running.end;
  }

  get #running(): ServerProcess {
    if (this.#process === null) throw new Error(`${this.name} was not started`);
    return this.#process;
  }

  start(): void {
    const { entrypoint = this.image.entrypoint, command, user = this.image.user } = this.service;
    // As Docker has it: an entrypoint of the file's own lets the image's command not stand.
    const args = [...entrypoint, ...(command ?? (this.service.entrypoint === undefined ? this.image.command : []))];
    const script = join(this.options.folder, 'start.sh');
    writeFileSync(script, `${this.#rootLines().join('\n')}\nexec chroot "$root" ${quoted(this.#as(user, args))}\n`);
    this.#process = new ServerProcess(this.name, 'unshare', ['--mount', '--uts', '--ipc', 'sh', '-eu', script], {
      env: this.#environment,
      cwd: '/',
      logFile: this.logFile,
    });
  }

  /** Waits for the end of one that ends by itself. @throws Error where it failed, or after `limitMillis` */
  async completed(limitMillis: number): Promise<void> {
    const late = new AbortController();
    const timer = delay(limitMillis, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([this.#running.exited, timer]);
    late.abort();
    if (this.end !== 'it ended with exit code 0')
      throw new Error(`${this.name}: ${this.end ?? 'it has not ended'}.\n${this.logTail()}`);
  }

  /** Runs a command beside its process, as `docker compose exec` does. */
  exec(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Executed> {
    const { user = this.image.user } = this.service;
    const inside = ['--target', String(this.pid), '--mount', '--uts', '--ipc', '--root', ...this.#as(user, args)];
    return new Promise((resolve) => {
      const env = { ...this.#environment, ...environment };
      execFile('nsenter', inside, { env, cwd: '/', timeout: 300_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout, stderr }),
      );
    });
  }

  /** Asks once whether it is well, with the very command of the file. */
  async healthCheck(): Promise<Executed> {
    const [kind, ...test] = this.service.healthcheck?.test ?? [];
    if (kind === undefined) throw new Error(`${this.name} has no health check`);
    return this.exec(kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...test] : test);
  }

  /** Asks until it is well. @returns after how many milliseconds @throws Error when it ends before, or takes longer than the limit */
  async healthy(limitMillis: number): Promise<number> {
    const began = Date.now();
    for (;;) {
      if (this.end !== null) throw new Error(`${this.name}: ${this.end}.\n${this.logTail()}`);
      const { code, stdout, stderr } = await this.healthCheck();
      if (code === 0) return Date.now() - began;
      if (Date.now() - began > limitMillis)
        throw new Error(`${this.name} is not healthy: ${String(code)} ${stdout}${stderr}\n${this.logTail()}`);
      await delay(PAUSE_MILLIS);
    }
  }

  /** Ends it as `docker compose stop` does. @returns after how many milliseconds */
  async stop(): Promise<number> {
    const began = Date.now();
    if (this.#process?.running === true) {
      process.kill(this.pid, 'SIGTERM');
      await Promise.race([this.#process.exited, delay(millisOf(this.service.stop_grace_period))]);
      if (this.#process.running) await this.#process.kill();
    }
    return Date.now() - began;
  }

  /** The most memory that its first process had, in words; what PostgreSQL's others have is not in it. */
  mostMemory(): string {
    const [, kilobytes = '0'] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(this.pid)}/status`, 'utf8')) ?? [];
    return `${(Number(kilobytes) / 1024).toFixed(0)} MiB`;
  }

  logTail(): string {
    return this.#running.logTail();
  }

  get #environment(): Record<string, string> {
    const { home, environment } = this.image;
    return { PATH, HOME: home, HOSTNAME: this.name, ...environment, ...this.service.environment };
  }

  /** The command with the user, the capabilities and the folder that it is to have. */
  #as(user: string, args: readonly string[]): string[] {
    const { cap_drop: drop, cap_add: add, security_opt: options } = this.service;
    const [uid = '0', gid = '0'] = user.split(':');
    const capabilities = [...drop.map((one) => `-${one}`), ...add.map((one) => `+${one}`)].join(',').toLowerCase();
    return [
      'setpriv',
      ...(options.includes('no-new-privileges:true') ? ['--no-new-privs'] : []),
      ...(capabilities === '' ? [] : ['--inh-caps=-all', `--bounding-set=${capabilities}`]),
      ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
      ...['env', '--chdir', this.image.workdir, ...args],
    ];
  }

  /** The shell's lines that make its root, and close it. */
  #rootLines(): string[] {
    const { service, image, options } = this;
    const write = (path: string, lines: readonly string[]): string =>
      `printf '%s\\n' ${quoted(lines)} > "$root${path}"`;
    const bind = (source: string, target: string, mode: 'ro' | 'rw'): string[] => [
      `mkdir -p "$root$(dirname ${quoted([target])})"`,
      `if [ -d ${quoted([source])} ]; then mkdir -p "$root"${quoted([target])}; else touch "$root"${quoted([target])}; fi`,
      `mount --bind ${quoted([source])} "$root"${quoted([target])}`,
      ...(mode === 'ro' ? [`mount -o remount,bind,ro "$root"${quoted([target])}`] : []),
    ];
    return [
      `root=${quoted([join(options.folder, 'root')])}`,
      `hostname ${quoted([this.name])}`,
      'mount -t tmpfs -o mode=755 tmpfs "$root"',
      'cd "$root" && mkdir -p usr proc dev etc run home/node home/temporal root tmp var/lib && ln -s ../run var/run && cd /',
      'for link in bin sbin lib lib64; do if [ -e "/usr/$link" ]; then ln -s "usr/$link" "$root/$link"; fi; done',
      'chown 1000:1000 "$root/home/node" "$root/home/temporal"',
      'mount --bind /usr "$root/usr" && mount -o remount,bind,ro "$root/usr"',
      'mount -t tmpfs -o mode=755 tmpfs "$root/usr/local/bin"',
      'mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev"',
      // The entrypoint of Temporal's image begins with a shell that knows pipefail; Debian's does not.
      'mount --bind "$(command -v bash)" "$root/usr/bin/$(basename "$(readlink -f /bin/sh)")"',
      // Debian's awk is found through them.
      ...(existsSync(ALTERNATIVES) ? bind(ALTERNATIVES, ALTERNATIVES, 'ro') : []),
      ...bind(process.execPath, '/usr/local/bin/node', 'ro'),
      write('/etc/passwd', PASSWD),
      write('/etc/group', GROUP),
      write('/etc/nsswitch.conf', ['passwd: files', 'group: files', 'hosts: files']),
      write('/etc/hosts', ['127.0.0.1 localhost', ...options.hosts]),
      ...Object.entries(image.contents).flatMap(([target, source]) =>
        bind(source, target, image.steps.length > 0 ? 'rw' : 'ro'),
      ),
      ...image.steps.map((step) => `chroot "$root" env --chdir ${quoted([image.workdir, '/bin/sh', '-c', step])}`),
      ...(image.steps.length > 0
        ? Object.keys(image.contents).map((target) => `mount -o remount,bind,ro "$root${target}"`)
        : []),
      ...options.mounts.flatMap(({ source, target, writable }) => bind(source, target, writable ? 'rw' : 'ro')),
      ...service.tmpfs.flatMap((text) => {
        const [target = '', settings = ''] = text.split(':');
        return [
          `mkdir -p "$root${target}"`,
          `mount -t tmpfs -o ${quoted([settings || 'mode=1777'])} tmpfs "$root${target}"`,
        ];
      }),
      ...(service.read_only ? ['mount -o remount,ro "$root/usr/local/bin"', 'mount -o remount,ro "$root"'] : []),
    ];
  }
}

/** For a shell. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
