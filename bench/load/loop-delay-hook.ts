// Loaded into a worker's process before the product (`node --require`): writes down how long each of its threads was kept from its events.
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread, threadId } from 'node:worker_threads';

/** Where the lines go; nothing is measured where it is not set. */
const FILE = process.env.DROVER_BENCH_LOOP_FILE;
/** How far apart the monitor's own timer fires, milliseconds: what is told is beyond that. */
const RESOLUTION_MILLIS = 10;
const LINE_EVERY_MILLIS = 1_000;

if (FILE !== undefined && FILE !== '') watch(FILE);

function watch(file: string): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delays.enable();
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const beyond = (nanos: number): number => Math.max(0, nanos / 1e6 - RESOLUTION_MILLIS);
    const { heapUsed, external } = process.memoryUsage();
    const line = {
      at: Date.now(),
      thread: isMainThread ? 'main' : `worker ${threadId}`,
      p50: beyond(delays.percentile(50)),
      p99: beyond(delays.percentile(99)),
      max: beyond(delays.max),
      busy: performance.eventLoopUtilization(now, before).utilization,
      heapUsed,
      external,
    };
    before = now;
    delays.reset();
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }, LINE_EVERY_MILLIS);
  timer.unref();
}
