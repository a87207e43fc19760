import { cpuSecondsOf, megabytesOf } from '../process-meter';

/** What a process used between two moments. Memory in 10⁶ bytes. */
export interface ProcessUse {
  /** Seconds of processor time. */
  readonly cpuSeconds: number;
  /** Of one processor, over the whole time; from 0 to the number of processors. */
  readonly cpuShare: number;
  /** The same, of the busiest ten seconds. */
  readonly cpuBusiest: number;
  readonly firstMegabytes: number;
  readonly peakMegabytes: number;
  readonly lastMegabytes: number;
}

/** A process at a moment. */
interface Reading {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

const SAMPLE_MILLIS = 1_000;
const BUSIEST_MILLIS = 10_000;

/** Looks at several processes once a second, for as long as they are under load; Linux alone. */
export class ProcessWatch {
  readonly #readings = new Map<string, Reading[]>();
  readonly #timer: NodeJS.Timeout;

  /** @param processes their ids, by a name */
  constructor(private readonly processes: Readonly<Record<string, number>>) {
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MILLIS);
  }

  /** Ends it, and tells what each process used. */
  stop(): Record<string, ProcessUse> {
    clearInterval(this.#timer);
    this.#sample();
    return Object.fromEntries([...this.#readings].map(([name, readings]) => [name, useOf(readings)]));
  }

  /** A process over time: seconds since the beginning, and its memory in 10⁶ bytes. */
  memoryOf(name: string): { readonly seconds: number; readonly megabytes: number }[] {
    const readings = this.#readings.get(name) ?? [];
    const began = readings[0]?.at ?? 0;
    return readings.map(({ at, megabytes }) => ({ seconds: (at - began) / 1000, megabytes }));
  }

  #sample(): void {
    for (const [name, pid] of Object.entries(this.processes)) {
      const [cpuSeconds, megabytes] = [cpuSecondsOf(pid), megabytesOf(pid, 'VmRSS')];
      if (cpuSeconds === undefined || megabytes === undefined) continue;
      const readings = this.#readings.get(name) ?? [];
      this.#readings.set(name, readings);
      readings.push({ at: Date.now(), cpuSeconds, megabytes });
    }
  }
}

function useOf(readings: readonly Reading[]): ProcessUse {
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined) throw new Error('the process was never seen');
  const share = (from: Reading, to: Reading): number =>
    to.at === from.at ? 0 : (1000 * (to.cpuSeconds - from.cpuSeconds)) / (to.at - from.at);
  let next = 0;
  const busiest = readings.map((from) => {
    while (next < readings.length && (readings[next]?.at ?? Infinity) - from.at < BUSIEST_MILLIS) next += 1;
    const to = readings[next];
    return to === undefined ? 0 : share(from, to);
  });
  return {
    cpuSeconds: last.cpuSeconds - first.cpuSeconds,
    cpuShare: share(first, last),
    cpuBusiest: Math.max(...busiest),
    firstMegabytes: first.megabytes,
    peakMegabytes: Math.max(...readings.map(({ megabytes }) => megabytes)),
    lastMegabytes: last.megabytes,
  };
}
