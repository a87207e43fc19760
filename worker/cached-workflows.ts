import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** What a worker process has to live on, bytes. */
export interface WorkerMemory {
  /** Of the machine, or of the container. */
  readonly memory: number;
  /** The most that one of its heaps may hold. */
  readonly heap: number;
}

/** With a thousand deployments under way a worker takes no more than this, unless it is told otherwise, bytes. With thousands more it does. */
const MOST_MEMORY = 2 ** 30;
/** A worker at work without a workflow in memory, and what a burst of activities needs besides, bytes; as measured (`docs/performance.md`). */
const OWN_MEMORY = 400e6;
/** One workflow in memory: in all, and the part of it in the heap of the thread that runs them, bytes; as measured, and rounded up. */
const EACH_MEMORY = 0.55e6;
const EACH_HEAP = 0.3e6;
/** Of a heap, what is left to the garbage, and to the code itself. */
const HEAP_SHARE = 0.8;
const LEAST = 50;

/**
 * How many workflows a worker keeps in memory where nothing is configured: as many as leave it under one gibibyte with a thousand deployments under way, or
 * under what the machine or container has. A deployment under way is two, itself and its lane. One that is not kept is replayed from its history when it goes on, which costs
 * time of the processor and nothing else; the SDK's own default grows with the heap, to more than two thousand.
 */
export function cachedByDefault({ memory, heap }: WorkerMemory = memoryHere()): number {
  const byMemory = (Math.min(memory, MOST_MEMORY) - OWN_MEMORY) / EACH_MEMORY;
  const byHeap = (HEAP_SHARE * heap) / EACH_HEAP;
  return Math.max(LEAST, Math.floor(Math.min(byMemory, byHeap)));
}

function memoryHere(): WorkerMemory {
  const heap = getHeapStatistics().heap_size_limit;
  // 0 or undefined where the system does not tell, and a huge number where there is no limit.
  const limit = process.constrainedMemory() || Infinity;
  return { memory: Math.min(totalmem(), limit), heap };
}
