import { readFileSync, writeFileSync } from 'node:fs';

/** What a process used of the machine. Null where the system does not tell (only Linux does). */
export interface Usage {
  readonly cpuSeconds: number | null;
  /** The most memory that it had at once. */
  readonly peakMegabytes: number | null;
}

const SAMPLE_MILLIS = 20;
/** Of the kernel: in these /proc tells the time. The same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Measures a process that somebody else started, by reading `/proc/<pid>` (utime + stime, and VmHWM) again and again: of one that ends
 * by itself the last 20 ms are missed. What it used before is not counted.
 */
export class ProcessMeter {
  readonly #cpuBefore: number | null;
  #cpu: number | null = null;
  #peak: number | null = null;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    forgetPeak(pid);
    this.#cpuBefore = cpuSecondsOf(pid) ?? null;
    this.sample();
    this.#timer = setInterval(() => this.sample(), SAMPLE_MILLIS).unref();
  }

  sample(): void {
    this.#cpu = cpuSecondsOf(this.pid) ?? this.#cpu;
    this.#peak = megabytesOf(this.pid, 'VmHWM') ?? this.#peak;
  }

  stop(): Usage {
    clearInterval(this.#timer);
    this.sample();
    const cpuSeconds = this.#cpu === null || this.#cpuBefore === null ? null : this.#cpu - this.#cpuBefore;
    return { cpuSeconds, peakMegabytes: this.#peak };
  }
}

/** User and system time of all its threads. */
export function cpuSecondsOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name before may hold anything, in brackets.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Its memory, in 10⁶ bytes: now (`VmRSS`), or the most it had (`VmHWM`). */
export function megabytesOf(pid: number, what: 'VmRSS' | 'VmHWM'): number | undefined {
  const kibibytes = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}

/** The kernel counts its peak from now on. */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Then the peak is that of its whole life.
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
