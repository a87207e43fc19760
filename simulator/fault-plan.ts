import { createHash } from 'node:crypto';
import type { FaultEffect } from './faults';
import { PROXY_PAGE } from './html-pages';

/** How often things go wrong, from a seed: the same requests about a service meet the same faults, whatever else is going on. */
export interface FaultPlanSettings {
  seed: string;
  /** Of the requests, 0 to 1. */
  rate: number;
  /** Of all requests, how many close the listener for a moment, so that connections are refused; 0 by default. */
  refusalRate?: number;
  /** Of all requests, how many cut the event streams that are open; 0 by default. */
  cutRate?: number;
}

/** What went wrong so far, by kind. */
export interface FaultCounts {
  requests: number;
  reads: Record<string, number>;
  actions: Record<string, number>;
  /** Times at which nothing listened. */
  refusalWindows: number;
  /** Event streams that were open and were cut. */
  cutStreams: number;
}

export interface PlannedFault {
  kind: string;
  effect: FaultEffect;
}

/** What goes wrong with the connections at one request. */
export interface PlannedTrouble {
  /** For so many milliseconds nobody listens; null: the listener stays. */
  refuseMillis: number | null;
  cut: boolean;
}

interface Kind {
  kind: string;
  /** Only of reads, or only of actions; of both by default. */
  only?: 'reads' | 'actions';
  effect: (chance: number) => FaultEffect;
}

const PAGE = { 'Content-Type': 'text/html; charset=utf-8' };
const BUSY = { 'Retry-After': '1' };

/** One as likely as the other. */
const KINDS: readonly Kind[] = [
  { kind: 'reset before the effect', effect: () => ({ kind: 'reset-before' }) },
  { kind: 'reset after the effect', effect: () => ({ kind: 'reset-after' }) },
  { kind: 'hang before the effect', effect: () => ({ kind: 'hang-before' }) },
  { kind: 'hang after the effect', effect: () => ({ kind: 'hang-after' }) },
  { kind: '429 with Retry-After', effect: () => ({ kind: 'status', status: 429, headers: BUSY }) },
  { kind: '500 before the effect', effect: () => ({ kind: 'status', status: 500, body: 'Internal Server Error' }) },
  { kind: '502 before the effect', effect: () => ({ kind: 'status', status: 502, body: PROXY_PAGE, headers: PAGE }) },
  { kind: '503 before the effect', effect: () => ({ kind: 'status', status: 503 }) },
  { kind: '500 after the effect', effect: () => ({ kind: 'status-after', status: 500 }) },
  {
    kind: '502 after the effect',
    effect: () => ({ kind: 'status-after', status: 502, body: PROXY_PAGE, headers: PAGE }),
  },
  { kind: '503 after the effect', effect: () => ({ kind: 'status-after', status: 503, body: 'Service Unavailable' }) },
  { kind: 'HTML before the effect', effect: () => ({ kind: 'html' }) },
  {
    kind: 'HTML after the effect',
    effect: () => ({ kind: 'status-after', status: 200, body: PROXY_PAGE, headers: PAGE }),
  },
  { kind: 'truncated JSON', effect: () => ({ kind: 'truncated-json' }) },
  { kind: 'stale upgrade field', only: 'reads', effect: () => ({ kind: 'stale-upgrade-field' }) },
  { kind: 'delay', effect: (chance) => ({ kind: 'delay', millis: 20 + Math.round(chance * 480) }) },
];

/** Shortest and longest time in which nobody listens, milliseconds. */
const REFUSAL_MILLIS = [20, 80] as const;

/** Decides for each request what goes wrong with it; nothing, while it has no settings. */
export class FaultPlan {
  #settings: FaultPlanSettings | null = null;
  #numbers = new Map<string, number>();
  #counts = noCounts();

  get settings(): FaultPlanSettings | null {
    return this.#settings;
  }

  /** Begins anew, also its counting; null: nothing goes wrong any more, and what was counted stays. */
  set(settings: FaultPlanSettings | null): void {
    this.#settings = settings;
    if (settings === null) return;
    this.#numbers = new Map();
    this.#counts = noCounts();
  }

  counts(): FaultCounts {
    return structuredClone(this.#counts);
  }

  countCuts(streams: number): void {
    this.#counts.cutStreams += streams;
  }

  countRefusal(): void {
    this.#counts.refusalWindows += 1;
  }

  /**
   * The fault that the next request about something meets, if any: its own number decides, counted for this subject alone, so the
   * order in which requests about different ones come makes no difference.
   *
   * @param subject what the request is about: a service, a stack that is looked up
   */
  take(subject: string, method: string): PlannedFault | null {
    if (this.#settings === null) return null;
    const { seed, rate } = this.#settings;
    const number = this.#next(subject);
    const [happens, which, more] = chances(`${seed}\n${subject}\n${number}`);
    if (happens >= rate) return null;
    const side = method === 'GET' ? 'reads' : 'actions';
    const kinds = KINDS.filter(({ only }) => only === undefined || only === side);
    const chosen = kinds[Math.floor(which * kinds.length)];
    if (chosen === undefined) return null;
    this.#counts[side][chosen.kind] = (this.#counts[side][chosen.kind] ?? 0) + 1;
    return { kind: chosen.kind, effect: chosen.effect(more) };
  }

  /** What goes wrong with the connections at the next request, whatever it is about. */
  trouble(): PlannedTrouble {
    if (this.#settings === null) return { refuseMillis: null, cut: false };
    this.#counts.requests += 1;
    const { seed, refusalRate = 0, cutRate = 0 } = this.#settings;
    const [refuses, cuts, length] = chances(`${seed}\nconnections\n${this.#counts.requests}`);
    const [shortest, longest] = REFUSAL_MILLIS;
    return {
      refuseMillis: refuses < refusalRate ? shortest + Math.round(length * (longest - shortest)) : null,
      cut: cuts < cutRate,
    };
  }

  #next(subject: string): number {
    const number = (this.#numbers.get(subject) ?? 0) + 1;
    this.#numbers.set(subject, number);
    return number;
  }
}

/** Three numbers in [0, 1) that a text decides. */
function chances(text: string): [number, number, number] {
  const digest = createHash('sha256').update(text).digest();
  const part = (offset: number): number => digest.readUInt32BE(offset) / 4_294_967_296;
  return [part(0), part(4), part(8)];
}

function noCounts(): FaultCounts {
  return { requests: 0, reads: {}, actions: {}, refusalWindows: 0, cutStreams: 0 };
}
