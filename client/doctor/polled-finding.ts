import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { Finding } from '../../decision/checks';
import { isFresh, lastPoll } from '../temporal/last-poll';
import { buildsAt } from '../temporal/require-workers';
import type { BuildsAtQueue } from '../temporal/require-workers';
import { finding } from './finding';

/** A worker that has just started may not be listed yet, milliseconds. */
const PATIENCE_MILLIS = 2_000;
const PAUSE_MILLIS = 250;

/** Which queue is looked at, and for whom. */
export interface PolledQueue {
  readonly check: 'workflow-worker' | 'worker';
  /** Null for the queue of the workflows. */
  readonly environment: string | null;
  readonly queue: string;
}

/** Whether a worker asks for the work of a queue, when it last did, and whether new work comes to it. */
export async function polledFinding(
  connection: Connection,
  namespace: string,
  { check, environment, queue }: PolledQueue,
): Promise<Finding> {
  const kind = environment === null ? 'workflows' : 'activities';
  const until = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const polledAt = await lastPoll(connection, namespace, queue, kind);
    if (isFresh(polledAt)) {
      const found = await buildsAt(connection, namespace, queue, kind);
      if (found.takes || Date.now() >= until)
        return buildFinding(
          found,
          { check, environment, queue },
          `${ago(polledAt)} a worker asked for work of ${queue}`,
        );
    }
    if (!isFresh(polledAt) && Date.now() >= until) {
      const whose = environment === null ? 'No worker takes workflows' : `No worker serves ${environment}`;
      const last =
        polledAt === null
          ? 'nobody asks for the work of'
          : `the last one, ${ago(polledAt)} by this machine's clock, left`;
      return finding(
        check,
        environment,
        'failed',
        `${whose}: ${last} the task queue ${queue} of the namespace ${namespace}`,
        environment === null ? 'drover worker' : `drover worker --environments ${environment}`,
      );
    }
    await delay(PAUSE_MILLIS);
  }
}

/** Where workers are versioned, new work comes to the current build alone; where none is, to workers without a version. */
function buildFinding(
  { takes, builds, current }: BuildsAtQueue,
  { check, environment, queue }: PolledQueue,
  text: string,
): Finding {
  const others = builds.flatMap((build) => (build === null || build === current ? [] : [build]));
  const mend = `drover versions promote ${others[0] ?? 'unversioned'}`;
  if (takes && (current !== null || others.length === 0))
    return finding(check, environment, 'ok', current === null ? text : `${text}; new work goes to build ${current}`);
  if (takes)
    return finding(
      check,
      environment,
      'warning',
      `${text}; new work goes to workers without a version, and none to those of build ${others.join(', ')}: no build is current`,
      mend,
    );
  const who = builds.map((build) => build ?? 'none').join(', ');
  const goes = current === null ? 'no build is current' : `new work goes to build ${current}, of which none is there`;
  return finding(check, environment, 'failed', `workers of build ${who} ask for work of ${queue}, and ${goes}`, mend);
}

function ago(polledAt: number | null): string {
  const seconds = Math.max(0, Math.round((Date.now() - (polledAt ?? 0)) / 1000));
  return `${String(seconds)} s ago`;
}
