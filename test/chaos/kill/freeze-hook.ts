import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import type { ClientRequest } from 'node:http';
import { appendFileSync, existsSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { activityInfo } from '@temporalio/activity';
import type { FreezePlace } from './freeze-place';
import { FREEZE_AT, FREEZE_ONCE, PORTS_SUFFIX } from './freeze-place';

/** The method by which node:http hands a request to its agent: not in the types. */
interface RequestTaker {
  addRequest: (this: unknown, request: ClientRequest, ...rest: unknown[]) => void;
}

/** A workflow asks for its scope so often before it first waits for something: what comes later runs within a promise. */
const AT_ITS_START = 15;

/** What workflow code calls out of its sandbox whenever it asks for its scope. */
interface Store {
  getStore: (this: AsyncLocalStorage<unknown>) => unknown;
}

/**
 * Loaded into a worker process by `node --require`, ahead of the product: it stops the whole process (SIGSTOP, from within, so that it is
 * exactly there) at one place, once. Each thread of the process loads it: the workflows have one of their own.
 */
const { [FREEZE_AT]: place, [FREEZE_ONCE]: once } = process.env;
if (place === 'within-workflow-code' && once !== undefined && !isMainThread) {
  const prototype = AsyncLocalStorage.prototype as Store;
  const { getStore } = prototype;
  let asked = 0;
  prototype.getStore = function () {
    asked += 1;
    if (asked > AT_ITS_START) freeze(once);
    return getStore.call(this);
  };
} else if (place !== undefined && once !== undefined && isMainThread) {
  const prototype = http.Agent.prototype as unknown as RequestTaker;
  const { addRequest } = prototype;
  prototype.addRequest = function (request, ...rest) {
    if (isFirstPost()) prepare(request, place as FreezePlace, once);
    addRequest.call(this, request, ...rest);
  };
}

function prepare(request: ClientRequest, where: FreezePlace, file: string): void {
  const isPost = request.method === 'POST';
  // By its port the front knows which of the requests that it sees was this attempt's.
  if (isPost)
    request.once('socket', (socket: Socket) =>
      socket.prependOnceListener('connect', () =>
        appendFileSync(`${file}${PORTS_SUFFIX}`, `${socket.localPort ?? 0}\n`),
      ),
    );
  switch (where) {
    case 'within-workflow-code':
      return;
    case 'before-the-lease-check':
      if (!isPost && /\/services\/[^/?]+$/.test(request.path)) freeze(file);
      return;
    case 'after-the-lease-check':
      if (isPost) freeze(file);
      return;
    case 'as-the-connection-stands':
      if (isPost)
        request.once('socket', (socket: Socket) => void socket.prependOnceListener('connect', () => freeze(file)));
      return;
    case 'as-the-bytes-are-written':
      // After the product's own listener, and before the one by which node:http writes the request.
      if (isPost) request.once('socket', (socket: Socket) => void socket.once('connect', () => freeze(file)));
      return;
    default:
      throw new TypeError(`unknown place ${String(where satisfies never)}`);
  }
}

/** Id of the first activity that posts: where the workflow posts by another one later, that is not meant. */
let first: string | undefined;

function isFirstPost(): boolean {
  try {
    const { activityType, activityId, attempt } = activityInfo();
    if (activityType !== 'postUpgrade') return false;
    first ??= activityId;
    return activityId === first && attempt === 1;
  } catch {
    // Not within an activity.
    return false;
  }
}

function freeze(file: string): void {
  if (!existsSync(file)) return;
  rmSync(file);
  const before = performance.now();
  process.kill(process.pid, 'SIGSTOP');
  // It may be that the signal stops other threads first: nothing is done until this one was stopped as well.
  while (performance.now() - before < 50);
}
