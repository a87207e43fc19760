import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Slots } from '../support/slots';
import type { BusyLane, CasePlan } from './case-plan';
import { casePlan, kindOf, SEVENTH } from './case-plan';
import { broughtAgain, wrongWithLane } from './lane-checks';
import { BUSY, playLane } from './lane-under-fire';
import { playFailure, prepareFailure } from './play-failure';
import { playHand } from './play-hand';
import { wrongWith } from './release-checks';
import type { DoneStrike } from './release-stack';
import { MAIN, ReleaseStack, STACK } from './release-stack';
import { ReleaseUnderFire } from './release-under-fire';
import { behavioursOf, failureOf, imageOf, projectsOf } from './release-world';

type Releasing = Exclude<CasePlan, { kind: 'lane' }>;

/** One case, judged. */
export interface CaseResult {
  readonly index: number;
  readonly kind: string;
  /** Of the release; of a lane: how often each one came. */
  readonly verdict: string;
  readonly wrong: readonly string[];
  readonly strikes: readonly DoneStrike[];
  /** Upgrades, finishes and rollbacks of Drover's that Rancher took. */
  readonly actions: Readonly<Record<string, number>>;
  /** What else is to be told of it. */
  readonly notes: readonly string[];
  readonly seconds: number;
  /** Where everything that was written is; null where it passed. */
  readonly logs: string | null;
}

/** What became of a case, before its stack is looked at. */
interface Played {
  readonly verdict: string;
  readonly wrong: readonly string[];
  readonly notes: readonly string[];
  readonly evidence: unknown;
}

/** Plays the cases side by side, each on a stack of its own. */
export async function runSuite(
  seed: string,
  indexes: readonly number[],
  atOnce: number,
  folder: string,
  onEnd: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const slots = new Slots(atOnce);
  return Promise.all(
    indexes.map(async (index) => {
      await slots.take();
      const result = await runCase(casePlan(seed, index), folder).finally(() => slots.give());
      onEnd(result);
      return result;
    }),
  );
}

async function runCase(plan: CasePlan, folder: string): Promise<CaseResult> {
  const startedAt = Date.now();
  const wrong: string[] = [];
  const done = { verdict: 'none', notes: [] as readonly string[], strikes: [] as readonly DoneStrike[] };
  let [actions, evidence]: [Record<string, number>, unknown] = [{}, null];
  let target: ReleaseStack | null = null;
  const gate = await refusingGate();
  try {
    target = await startStack(plan, folder, gate.url);
    const played = plan.kind === 'lane' ? await onLane(target, plan) : await onRelease(target, plan);
    wrong.push(...played.wrong);
    evidence = played.evidence;
    await target.endStrikes();
    actions = countBy(await target.ours(), ({ action = '' }) => action);
    Object.assign(done, { verdict: played.verdict, notes: played.notes });
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (target !== null) {
    done.strikes = target.strikes;
    wrong.push(
      ...target.troubles,
      ...target.workers.endedByThemselves.map(({ text }) => `a worker ended by itself: ${text}`),
    );
    if (wrong.length > 0) await keepHistories(target, join(folder, `case-${plan.index}`)).catch(() => undefined);
    await target.close(wrong.length > 0);
  }
  gate.close();
  const logs = wrong.length === 0 ? null : keepLogs(folder, plan, { wrong, evidence, ...done });
  return {
    ...{ index: plan.index, kind: kindOf(plan), wrong, actions, logs, ...done },
    seconds: (Date.now() - startedAt) / 1000,
  };
}

function startStack(plan: CasePlan, folder: string, gateUrl: string): Promise<ReleaseStack> {
  if (plan.kind === 'lane') {
    const service = { name: BUSY, scale: 2, launchConfig: { imageUuid: `docker:${imageOf(BUSY, 1)}` } };
    return ReleaseStack.start(plan, folder, {
      projects: [{ name: MAIN.project, stacks: [{ name: STACK, services: [service] }] }],
    });
  }
  const failure = failureOf(plan);
  const gates = {
    smoke: {
      http: { url: gateUrl },
      services: [`${STACK}/${plan.services[SEVENTH]?.name ?? ''}`],
      within: '3s',
      every: '1s',
    },
  };
  return ReleaseStack.start(
    plan,
    folder,
    { projects: projectsOf(plan), behaviours: behavioursOf(plan) },
    {
      ...(failure === 'crashes' ? { policy: { maxRestarts: 0 } } : {}),
      ...(failure === 'gate-fails' ? { gates } : {}),
    },
  );
}

async function onRelease(target: ReleaseStack, plan: Releasing): Promise<Played> {
  const fire = new ReleaseUnderFire(target, plan);
  await fire.remember();
  const afterwards = plan.kind === 'fails' ? await prepareFailure(fire, plan) : () => Promise.resolve();
  await fire.start();
  const notes: string[] = [];
  let isThere = true;
  if (plan.kind === 'fails') await playFailure(fire, plan);
  if (plan.kind === 'by-hand') {
    const { resetTo, decided, tooLate } = await playHand(fire, plan);
    isThere = plan.hand.how === 'reset' || tooLate;
    notes.push(
      `${decided ? 'decided' : 'undecided'}${resetTo === null ? '' : `, reset to task ${resetTo}`}${tooLate ? ', too late' : ''}`,
    );
  }
  const result = isThere ? await fire.result() : null;
  await afterwards();
  await fire.ended();
  const seen = await fire.seen(result);
  const isNew = seen.services.some(({ before, after }) => before.image !== after.image);
  const verdict = result?.verdict ?? (isNew ? 'all finished' : 'all went back');
  return { verdict, wrong: wrongWith(seen), notes, evidence: seen };
}

async function onLane(target: ReleaseStack, plan: BusyLane): Promise<Played> {
  const seen = await playLane(target, plan);
  const verdicts = countBy(seen.requests, ({ verdict }) => verdict);
  const notes = [`${seen.runs.length} runs of the lane, ${broughtAgain(seen)} requests brought to another one`];
  const verdict = Object.entries(verdicts).map(([name, count]) => `${name} ${count}`);
  return { verdict: verdict.join(', '), wrong: wrongWithLane(seen), notes, evidence: seen };
}

/** A gate of the environment's own that never passes. */
async function refusingGate(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((_request, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/{service}`, close: () => void server.close() };
}

/** Every history, as Temporal exports it. */
async function keepHistories(target: ReleaseStack, folder: string): Promise<void> {
  for await (const { workflowId, runId } of target.temporal.workflow.list()) {
    const name = `history-${workflowId.replaceAll(/[^\w.-]/g, '_')}-${runId.slice(0, 8)}.json`;
    writeFileSync(join(folder, name), JSON.stringify(await target.stack.history(workflowId, runId), null, 1));
  }
}

function keepLogs(folder: string, plan: CasePlan, known: object): string {
  const logs = join(folder, `case-${plan.index}`);
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, 'case.json'), JSON.stringify({ plan, ...known }, null, 2));
  return logs;
}

export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
