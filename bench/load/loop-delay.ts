import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from './percentile';

/** The hook beside this file, compiled: for `node --require`. */
export const LOOP_DELAY_HOOK = join(__dirname, 'loop-delay-hook.js');

/** One second of one thread. Delays in milliseconds. */
interface LoopLine {
  readonly at: number;
  readonly thread: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** From 0 to 1. */
  readonly busy: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** How long a thread was kept from its events; delays in milliseconds. */
export interface LoopDelay {
  readonly thread: string;
  /** The median second's own median, and so on: a delay that lasts a minute counts as a minute. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Of the seconds that were measured, the share in which it was at work. */
  readonly busy: number;
  /** Of the busiest ten seconds. */
  readonly busiest: number;
  /** The most that its heap held, bytes. */
  readonly heapPeak: number;
}

/** What the hook wrote about each thread, between two moments. */
export function loopDelays(file: string, from: number, to: number): LoopDelay[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LoopLine)
    .filter(({ at }) => at >= from && at <= to);
  const threads = [...new Set(lines.map(({ thread }) => thread))].sort();
  return threads.map((thread) =>
    delayOf(
      thread,
      lines.filter((line) => line.thread === thread),
    ),
  );
}

function delayOf(thread: string, lines: readonly LoopLine[]): LoopDelay {
  const of = (pick: (line: LoopLine) => number): number[] => lines.map(pick);
  const busy = of((line) => line.busy);
  return {
    thread,
    p50: percentile(
      of((line) => line.p50),
      50,
    ),
    p99: percentile(
      of((line) => line.p99),
      99,
    ),
    max: Math.max(0, ...of((line) => line.max)),
    busy: mean(busy),
    busiest: Math.max(0, ...busy.map((_, index) => mean(busy.slice(index, index + 10)))),
    heapPeak: Math.max(0, ...of((line) => line.heapUsed)),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
