import { setTimeout as delay } from 'node:timers/promises';
import { LoadSite } from '../load/load-site';
import type { ProcessUse } from '../load/process-watch';
import { listRuns } from '../load/run-records';
import { startAll } from '../load/start-all';

/** How long is looked on, and at how many. */
export interface HeldPlan {
  readonly deployments: number;
  /** How long the processes are looked at before, without any deployment, milliseconds. */
  readonly quietMillis: number;
  /** How long they are looked at, milliseconds. */
  readonly windowMillis: number;
  /** Whether the worker listens to the event stream. */
  readonly events: boolean;
  readonly onLine: (line: string) => void;
}

/** What held deployments cost in a time. */
export interface HeldFigures {
  readonly deployments: number;
  readonly windowSeconds: number;
  /** How long a deployment had been held when the time began, seconds: the mean. */
  readonly heldFor: number;
  /** The processes without any deployment. */
  readonly without: Readonly<Record<string, ProcessUse>>;
  readonly held: Readonly<Record<string, ProcessUse>>;
  /** Of all deployments, in that time. */
  readonly requests: number;
  readonly events: number;
  readonly bytes: number;
  /** How often a deployment looked at its service in that time: activities that ended, all of them. */
  readonly looks: number;
}

const LOOK_MILLIS = 1_000;
const PER_SECOND = 5;
const LIMIT_MILLIS = 10 * 60_000;
const SETTLE_MILLIS = 10_000;

/** Holds deployments for a person who does not come, and measures what that costs. */
export async function holdMany({
  deployments,
  quietMillis,
  windowMillis,
  events,
  onLine,
}: HeldPlan): Promise<HeldFigures> {
  const site = await LoadSite.open({ services: deployments, events });
  try {
    await delay(SETTLE_MILLIS);
    onLine(`${quietMillis / 1000} s without any deployment`);
    const quiet = site.watch();
    await delay(quietMillis);
    const without = quiet.stop();
    const { errors } = await startAll(site.stack.client, site.targets, PER_SECOND, { hold: true });
    if (errors.length > 0) throw new Error(`${errors.length} were not started: ${errors[0] ?? ''}`);
    await untilHeld(site, deployments, onLine);
    await delay(SETTLE_MILLIS);

    onLine(`${windowMillis / 1000} s with ${deployments} deployments that are held`);
    const before = await totals(site);
    await site.stack.rancher.resetRequests();
    const watch = site.watch();
    const began = Date.now();
    await delay(windowMillis);
    const held = watch.stop();
    const requests = (await site.stack.rancher.requests()).length;
    const after = await totals(site);
    return {
      deployments,
      windowSeconds: windowMillis / 1000,
      heldFor: (began - before.startedAt) / 1000,
      ...{ without, held, requests },
      events: after.events - before.events,
      bytes: after.bytes - before.bytes,
      looks: after.activities - before.activities,
    };
  } finally {
    onLine('ends the processes');
    await site.close();
  }
}

async function untilHeld(site: LoadSite, wanted: number, onLine: (line: string) => void): Promise<void> {
  const query = "WorkflowType = 'upgradeService' AND DroverPhase = 'confirming'";
  const deadline = Date.now() + LIMIT_MILLIS;
  for (;;) {
    const { count } = await site.temporalClient.workflow.count(query);
    if (count === wanted) return;
    if (Date.now() > deadline) throw new Error(`only ${count} of ${wanted} deployments came to be held`);
    onLine(`${count} of ${wanted} are held`);
    await delay(5 * LOOK_MILLIS);
  }
}

interface Totals {
  readonly events: number;
  readonly bytes: number;
  readonly activities: number;
  /** The mean, milliseconds since the epoch. */
  readonly startedAt: number;
}

async function totals(site: LoadSite): Promise<Totals> {
  const page = await site.page();
  const runs = await describeRuns(site);
  const sum = (pick: (run: (typeof runs)[number]) => number): number => runs.reduce((so, run) => so + pick(run), 0);
  return {
    events: sum(({ events }) => events),
    bytes: sum(({ bytes }) => bytes),
    activities: page.value('temporal_activity_execution_latency_count'),
    startedAt: sum(({ startedAt }) => startedAt) / runs.length,
  };
}

/** Lists tell the length of a history when it is over only: each one that runs is asked for by itself. */
async function describeRuns(site: LoadSite): Promise<{ events: number; bytes: number; startedAt: number }[]> {
  const runs = await listRuns(site.temporalClient);
  const described: { events: number; bytes: number; startedAt: number }[] = [];
  for (const { workflowId, startedAt } of runs) {
    const { historyLength, historySize = 0 } = await site.temporalClient.workflow.getHandle(workflowId).describe();
    described.push({ events: historyLength, bytes: historySize, startedAt });
  }
  return described;
}
