import { readFileSync } from 'node:fs';

/** What a process used between two moments. */
export interface ProcessUse {
  /** Seconds of processor time. */
  readonly cpuSeconds: number;
  /** Share of one processor, over the whole time. */
  readonly cpuShare: number;
  /** Share of one processor in the busiest ten seconds. */
  readonly cpuBusiest: number;
  /** Resident memory, bytes: at first, at most, and at last. */
  readonly rssFirst: number;
  readonly rssPeak: number;
  readonly rssLast: number;
}

/** Resident memory and processor time of a process at a moment. */
interface Reading {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly rss: number;
}

const SAMPLE_MILLIS = 1_000;
/** Linux counts processor time in these parts of a second, whatever the machine. */
const TICKS_A_SECOND = 100;
const BUSIEST_MILLIS = 10_000;

/** Watches processes by their ids, once a second; Linux alone. */
export class ProcessMeter {
  readonly #readings = new Map<string, Reading[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly processes: Readonly<Record<string, number>>) {}

  start(): void {
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MILLIS);
  }

  /** Ends it, and tells what each process used. */
  stop(): Record<string, ProcessUse> {
    clearInterval(this.#timer);
    this.#sample();
    return Object.fromEntries([...this.#readings].map(([name, readings]) => [name, useOf(readings)]));
  }

  /** Resident memory of a process over time: seconds since the start, bytes. */
  memoryOf(name: string): { readonly seconds: number; readonly rss: number }[] {
    const readings = this.#readings.get(name) ?? [];
    const began = readings[0]?.at ?? 0;
    return readings.map(({ at, rss }) => ({ seconds: (at - began) / 1000, rss }));
  }

  /** Processor time of a process so far, seconds. */
  cpuOf(name: string): number {
    return this.#readings.get(name)?.at(-1)?.cpuSeconds ?? 0;
  }

  #sample(): void {
    for (const [name, pid] of Object.entries(this.processes)) {
      const reading = readProcess(pid);
      if (reading !== null) this.#readings.set(name, [...(this.#readings.get(name) ?? []), reading]);
    }
  }
}

/** Null where there is no such process (any more). */
export function readProcess(pid: number): Reading | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold anything; what follows it are numbers.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { at: Date.now(), cpuSeconds: ticks / TICKS_A_SECOND, rss: Number(rss ?? 0) * 1024 };
  } catch {
    return null;
  }
}

function useOf(readings: readonly Reading[]): ProcessUse {
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined) throw new Error('the process was never seen');
  const share = (from: Reading, to: Reading): number =>
    to.at === from.at ? 0 : (1000 * (to.cpuSeconds - from.cpuSeconds)) / (to.at - from.at);
  const busiest = readings.map((from, index) => {
    const to = readings.slice(index).find(({ at }) => at - from.at >= BUSIEST_MILLIS);
    return to === undefined ? 0 : share(from, to);
  });
  return {
    cpuSeconds: last.cpuSeconds - first.cpuSeconds,
    cpuShare: share(first, last),
    cpuBusiest: Math.max(...busiest),
    rssFirst: first.rss,
    rssPeak: Math.max(...readings.map(({ rss }) => rss)),
    rssLast: last.rss,
  };
}
