/** What happens to a request, and whether its effect happens before that. */
export type FaultEffect =
  | { kind: 'reset-before' | 'reset-after' | 'hang-before' | 'hang-after' }
  | { kind: 'status' | 'status-after'; status: number; body?: string; headers?: Record<string, string> }
  | { kind: 'html'; status?: number }
  | { kind: 'truncated-json' }
  | { kind: 'delay'; millis: number }
  | { kind: 'refuse-all' }
  | { kind: 'stale-upgrade-field' };

/** Something that goes wrong with the requests that match; whatever is omitted matches everything. */
export interface Fault {
  method?: string;
  /** Part of the path or the query. */
  pathIncludes?: string;
  /** Of `?action=`. */
  action?: string;
  /** Name of the service that the path names by its id. */
  service?: string;
  /** How often it happens; 1 by default, 0: for ever. */
  times?: number;
  /** So many matching requests are let through first. */
  skip?: number;
  /** Of each matching request; 1 by default. */
  probability?: number;
  effect: FaultEffect;
}

export interface FaultTarget {
  method: string;
  /** Path and query. */
  path: string;
  action: string | null;
  service: string | null;
}

/** The faults that are waiting for their requests. */
export class Faults {
  #waiting: { fault: Fault; left: number; skip: number }[] = [];

  constructor(private readonly chance: () => number) {}

  add(fault: Fault): void {
    const times = fault.times ?? 1;
    this.#waiting.push({ fault, left: times === 0 ? Number.POSITIVE_INFINITY : times, skip: fault.skip ?? 0 });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): Fault[] {
    return this.#waiting.map(({ fault }) => fault);
  }

  /** The effect that this request meets, used up by it. */
  take(target: FaultTarget): FaultEffect | null {
    for (const waiting of this.#waiting) {
      const { fault } = waiting;
      if (!matches(fault, target)) continue;
      if (waiting.skip > 0) {
        waiting.skip -= 1;
        continue;
      }
      if (fault.probability !== undefined && this.chance() >= fault.probability) continue;
      waiting.left -= 1;
      if (waiting.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== waiting);
      return fault.effect;
    }
    return null;
  }
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.method === undefined || fault.method.toUpperCase() === target.method) &&
    (fault.pathIncludes === undefined || target.path.includes(fault.pathIncludes)) &&
    (fault.action === undefined || fault.action === target.action) &&
    (fault.service === undefined || fault.service === target.service)
  );
}
