import type { Project } from './resources';
import { SharedRead } from './shared-read';

/** How long a project that was found is known by its name, milliseconds. */
export const REMEMBERED_MILLIS = 60_000;

/**
 * Which project a name or an id stands for, for as long as one may take the last answer for it. Only what was found without doubt is remembered: that
 * there is none, or that there are several, is asked anew each time. What was found is forgotten when Rancher refuses or does not find
 * anything of that project, so that one that was removed or replaced is not clung to.
 */
export class RememberedProjects {
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly project: Project; readonly askedAt: number }>();
  readonly #lookups = new Map<string, SharedRead<Project>>();
  /** Goes up with what is forgotten: a lookup that began before may tell what was true then. */
  #era = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * The project that is remembered, or else the one that is found; lookups of the same one at the same time are one.
   *
   * @param calledOff the failure of whoever goes while others still wait for the lookup
   */
  find(
    nameOrId: string,
    signal: AbortSignal | undefined,
    lookUp: (signal: AbortSignal) => Promise<Project>,
    calledOff: () => Error,
  ): Promise<Project> {
    const known = this.#known.get(nameOrId);
    if (known !== undefined && this.#now() - known.askedAt < REMEMBERED_MILLIS) return Promise.resolve(known.project);
    if (signal?.aborted === true) return lookUp(signal);
    const joined = this.#lookups.get(nameOrId);
    if (joined !== undefined) return joined.join(signal);

    const lookup: SharedRead<Project> = new SharedRead({
      calledOff,
      reading: async (shared) => this.note(nameOrId, () => lookUp(shared)),
      onEnd: () => {
        if (this.#lookups.get(nameOrId) === lookup) this.#lookups.delete(nameOrId);
      },
    });
    const answer = lookup.join(signal);
    this.#lookups.set(nameOrId, lookup);
    lookup.begin();
    return answer;
  }

  /** Looks a project up, whatever is remembered, and remembers what is found. */
  async note(nameOrId: string, lookUp: () => Promise<Project>): Promise<Project> {
    const [askedAt, era] = [this.#now(), this.#era];
    this.#known.delete(nameOrId);
    const project = await lookUp();
    if (era === this.#era) this.#known.set(nameOrId, { project, askedAt });
    return project;
  }

  /** Forgets a project by its id, whatever it was asked for by. */
  forget(projectId: string): void {
    this.#era += 1;
    for (const [nameOrId, { project }] of this.#known) if (project.id === projectId) this.#known.delete(nameOrId);
  }
}
