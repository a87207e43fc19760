import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { Behaviour, Counters, Host, JournalEntry, KeyRecord, Project, Service, Stack } from './model';
import type { Store } from './store';

interface StateFile {
  format: 1;
  counters: Counters;
  keys: KeyRecord[];
  behaviours: Behaviour[];
  projects: Project[];
  hosts: Host[];
  stacks: Stack[];
  services: Service[];
  journal: JournalEntry[];
}

/** Changes that nobody waits for are written together, at most this often; less often when a write takes its time. */
const LAZY_MILLIS = 100;
const SHARE_OF_TIME = 20;

/**
 * Keeps the whole store in one file, replaced atomically. The text of everything that has not changed is kept, so that a
 * write costs what has changed and not what there is.
 */
export class Persistence {
  readonly #texts = new Map<number, string>();
  readonly #dirty = new Set<Service>();
  #journal: string[] = [];
  #changed = false;
  #writing: Promise<void> | null = null;
  #lazy: NodeJS.Timeout | null = null;
  #lastWriteMillis = 0;

  constructor(
    private readonly store: Store,
    private readonly file: string,
  ) {}

  /** Reads the file, if it is there and has content. */
  load(): boolean {
    if (!existsSync(this.file)) return false;
    const text = readFileSync(this.file, 'utf8');
    if (text.trim() === '') return false;
    const state = JSON.parse(text) as StateFile;
    Object.assign(this.store.counters, state.counters);
    this.store.keys.push(...state.keys);
    this.store.behaviours.push(...state.behaviours);
    this.store.journal.push(...state.journal);
    for (const project of state.projects) this.store.projects.set(project.num, project);
    for (const host of state.hosts) this.store.hosts.set(host.num, host);
    for (const stack of state.stacks) this.store.stacks.set(stack.num, stack);
    for (const service of state.services) this.store.services.set(service.num, service);
    return true;
  }

  /** From now on changes are noticed. */
  watch(): void {
    this.store.onDirty((service) => {
      if (service !== null) this.#dirty.add(service);
      this.#changed = true;
      this.#lazy ??= setTimeout(
        () => {
          this.#lazy = null;
          void this.flush();
        },
        Math.max(LAZY_MILLIS, this.#lastWriteMillis * SHARE_OF_TIME),
      );
    });
    for (const service of this.store.services.values()) this.#dirty.add(service);
    this.#changed = true;
  }

  /** Resolves when everything that was changed until now is in the file. */
  async flush(): Promise<void> {
    while (this.#changed || this.#writing !== null) {
      if (this.#writing === null) {
        this.#changed = false;
        this.#writing = this.#write().finally(() => {
          this.#writing = null;
        });
      }
      await this.#writing;
    }
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#lazy !== null) clearTimeout(this.#lazy);
    this.#lazy = null;
  }

  async #write(): Promise<void> {
    const { store } = this;
    const started = performance.now();
    for (const service of this.#dirty) this.#texts.set(service.num, JSON.stringify(service));
    this.#dirty.clear();
    for (const entry of store.journal.slice(this.#journal.length)) this.#journal.push(JSON.stringify(entry));
    const head = JSON.stringify({
      format: 1,
      counters: store.counters,
      keys: store.keys,
      behaviours: store.behaviours,
      projects: [...store.projects.values()],
      hosts: [...store.hosts.values()],
      stacks: [...store.stacks.values()],
    });
    const services = [...this.#texts.values()].join(',\n');
    const text = `${head.slice(0, -1)},"services":[\n${services}],"journal":[\n${this.#journal.join(',\n')}]}\n`;
    const temporary = `${this.file}.writing`;
    this.#lastWriteMillis = performance.now() - started;
    await writeFile(temporary, text);
    await rename(temporary, this.file);
  }
}
