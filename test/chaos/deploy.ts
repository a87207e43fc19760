import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@temporalio/client';
import type { DeploymentHandle } from '../../client/deployment-handle';
import { RefusedError } from '../../client/errors/refused-error';
import { UnreachableError } from '../../client/errors/unreachable-error';
import { SilenceError } from '../../client/follow/silence-error';
import type { Outcome } from '../../client/outcome';
import type { Phase } from '../../decision/phase';
import type { JournalEntry } from '../../simulator/model';
import type { ProgressEvent } from '../../workflows/contract';
import { read, render } from '../rancher/json-tree';
import type { Stack } from '../support/stack';
import type { DeploymentCase, ScriptStep } from './support/deployment-case';
import { PROJECT } from './support/deployment-case';
import type { AskedAgain, Evidence, Said } from './support/evidence';

/** Between two looks at a deployment that somebody is about to step into, milliseconds. */
const LOOK_MILLIS = 150;
/** Between two looks of those who only wait for the end, milliseconds. */
const FOLLOW_MILLIS = 10_000;
/** How long a service may take to come to rest after its deployment's end, milliseconds. */
const REST_MILLIS = 30_000;
/** How often a client does as it is told: "run the same command again"; and the pause before it does, milliseconds. */
const REPEATS = 10;
const REPEAT_MILLIS = 1_000;
const RESTLESS = /ing$|ing-upgrade$|^rolling-back$/;

/** A deployment from the request to its end, with all that is known of it then. */
export interface Deployed {
  readonly evidence: Evidence;
  /** From the request to the verdict, as a client sees it. */
  readonly millis: number;
  /** Calls of the client that found Temporal in trouble, and were made again. */
  readonly repeatedCalls: number;
}

/** Asks for a deployment, does what its script says, and waits for the verdict. */
export async function deploy(
  stack: Stack,
  one: DeploymentCase,
  onEvent: (event: ProgressEvent) => void = () => undefined,
): Promise<Deployed> {
  const repeats = { count: 0 };
  const before = await serviceText(stack, one);
  const input = { ...one.input, environment: stack.alias };
  const began = performance.now();
  const ask = (): Promise<DeploymentHandle> => whileUnreachable(repeats, () => stack.client.upgrade(input));
  const handle = await ask();
  const told: string[] = [];
  const ended = outcomeOf(handle, (event) => {
    told.push(event.text);
    onEvent(event);
  });
  const [outcome, said, early] = await Promise.all([
    ended,
    act(stack, one, handle, ended, repeats),
    one.askedTwice ? ask() : null,
  ]);
  const millis = performance.now() - began;
  const { workflowId, runId } = handle.deployment;
  const late = one.askedTwice ? await ask() : null;
  const history = await whileUnreachable(repeats, () => stack.history(workflowId, runId));
  const after = await atRest(stack, one);
  return {
    millis,
    repeatedCalls: repeats.count,
    evidence: {
      ...{ case: one, before, outcome, told, said, history, after },
      journal: await stack.rancher.journal(one.service),
      again: askedAgain(runId, [early, late]),
    },
  };
}

/** The requests that a deployment caused, with the faults that they met. */
export async function requestsOf(stack: Stack): Promise<string[]> {
  const requests = await stack.rancher.requests();
  return requests.map(({ at, method, path, status, fault }) =>
    [at.slice(11, 23), method, path, status, ...(fault === undefined ? [] : [`← ${fault}`])].join(' '),
  );
}

/** A line for each of the journal's entries. */
export function journalLine({ at, kind, action, by, from, to }: JournalEntry): string {
  return `${at.slice(11, 23)} ${kind === 'action' ? `${action ?? ''} by ${by ?? ''}` : `${from ?? ''} → ${to ?? ''}`}`;
}

async function outcomeOf(handle: DeploymentHandle, onEvent: (event: ProgressEvent) => void): Promise<Outcome> {
  const events = handle.follow({ intervalMillis: FOLLOW_MILLIS, watchOn: true });
  for (;;) {
    const next = await events.next();
    if (next.done === true) return next.value;
    if (next.value.type === 'event') onEvent(next.value.event);
  }
}

async function act(
  stack: Stack,
  one: DeploymentCase,
  handle: DeploymentHandle,
  ended: Promise<Outcome>,
  repeats: { count: number },
): Promise<Said[]> {
  const said: Said[] = [];
  let isOver = false;
  const over = (): void => void (isOver = true);
  ended.then(over, over);
  for (const step of one.script) {
    while (!isOver && !(await hasReached(handle, step.at))) await delay(LOOK_MILLIS);
    said.push({ name: step.say, how: await say(stack, one, step, repeats) });
  }
  return said;
}

async function say(
  stack: Stack,
  { stack: inStack, service }: DeploymentCase,
  step: ScriptStep,
  repeats: { count: number },
): Promise<Said['how']> {
  const target = { environment: stack.alias, stack: inStack, service };
  const author = { by: 'a generated person', why: 'chaos' };
  const before = repeats.count;
  try {
    const { how } = await whileUnreachable(repeats, () => stack.client.intervene(target, step.say, author));
    return how === 'acknowledged' ? 'taken' : 'unknown';
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // Told that it is over, or refused after a first try without an answer: nobody knows whether the message was what ended it.
    return error.cause === undefined || repeats.count > before ? 'unknown' : 'refused';
  }
}

/** Does what the client tells a person to do where Temporal is in trouble: the same again. */
async function whileUnreachable<T>(repeats: { count: number }, call: () => Promise<T>): Promise<T> {
  for (let left = REPEATS; ; left -= 1) {
    try {
      return await call();
    } catch (error) {
      const inTrouble = error instanceof UnreachableError || error instanceof ServiceError;
      if (!inTrouble || left === 0) throw error;
      repeats.count += 1;
      await delay(REPEAT_MILLIS);
    }
  }
}

const ORDER: Readonly<Record<Phase, number>> = {
  resolving: 0,
  settling: 1,
  upgrading: 2,
  waiting: 3,
  verifying: 4,
  confirming: 5,
  finishing: 6,
  'rolling-back': 7,
  parked: 7,
  done: 8,
};

async function hasReached(handle: DeploymentHandle, phase: Phase): Promise<boolean> {
  try {
    return ORDER[(await handle.progress()).phase] >= ORDER[phase];
  } catch (error) {
    if (error instanceof SilenceError) return false;
    throw error;
  }
}

function askedAgain(firstRunId: string, handles: readonly (DeploymentHandle | null)[]): AskedAgain | null {
  const given = handles.flatMap((handle) => (handle === null ? [] : [handle.deployment]));
  const [first] = given;
  if (first === undefined) return null;
  const { runId, how } = given.find((one) => one.runId !== firstRunId || one.how === 'started') ?? first;
  return { firstRunId, runId, how };
}

async function serviceText(stack: Stack, one: DeploymentCase): Promise<string> {
  const tree = read(await stack.rancher.serviceText(PROJECT, one.stack, one.service));
  const service = tree.kind === 'object' ? tree.entries.get('service') : undefined;
  if (service === undefined) throw new Error(`the simulated Rancher does not show ${one.service}`);
  return render(service);
}

/** What somebody else had begun goes on after a deployment that was cancelled before it touched anything. */
async function atRest(stack: Stack, one: DeploymentCase): Promise<Evidence['after']> {
  const deadline = Date.now() + REST_MILLIS;
  for (;;) {
    const text = await stack.rancher.serviceText(PROJECT, one.stack, one.service);
    const after = JSON.parse(text) as Evidence['after'];
    if (!RESTLESS.test(String(after.service['state'])) || Date.now() >= deadline) return after;
    await delay(200);
  }
}
