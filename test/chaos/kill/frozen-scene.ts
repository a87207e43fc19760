import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seedOf } from '../../support/seeds';
import { Stack } from '../../support/stack';
import type { StackTemporal } from '../../support/stack-temporal';
import type { StartedProcess } from '../../support/started-process';
import type { FreezePlace } from './freeze-place';
import { FREEZE_AT, FREEZE_ONCE, PORTS_SUFFIX } from './freeze-place';
import { until } from './patiently';
import type { PassingAction } from './rancher-front';
import { RancherFront } from './rancher-front';
import { verdictLine } from './said-lines';

/**
 * When the frozen worker is woken.
 *
 * - `before-anybody-else`: past its heartbeat, and no other worker is there
 * - `as-the-next-one-posts`: the next attempt's POST is on its way; if the woken one sends too, both reach Rancher in the same moment
 * - `after-the-next-one-posted`: Rancher has accepted the next attempt's POST
 * - `after-the-end`: the deployment has its verdict
 */
export type Waking = 'before-anybody-else' | 'as-the-next-one-posts' | 'after-the-next-one-posted' | 'after-the-end';

/** What became of a worker that was frozen in its first attempt to post. */
export interface FrozenOutcome {
  readonly place: FreezePlace;
  readonly waking: Waking;
  readonly frozenMillis: number;
  /** Whether the frozen process still ran when everything was over. */
  readonly lived: boolean;
  /**
   * What an attempt to post that was frozen sent all the same when it woke, by Rancher's status (0: it broke off before the answer).
   */
  readonly late: readonly number[];
  /** Upgrades that Rancher accepted of this one deployment. */
  readonly accepted: number;
  readonly verdict: string;
  readonly reason: string;
  readonly exitCode: number | null;
  /** The service's state when everything has come to rest. */
  readonly state: string;
}

/** On a machine that is very busy the first attempt may end before the place is reached: then there is nothing to be seen. */
export class NotFrozenError extends Error {
  override name = 'NotFrozenError' as const;
}

const SERVICE = 'web';
/** How long a woken worker is watched for what it may still send. */
const WATCH_MILLIS = 3_000;
/** Twice this, and three seconds, is the heartbeat of actions. */
const REQUEST_TIMEOUT = '2s';
const PAST_HEARTBEAT_MILLIS = 8_000;
/** Who is busy with one activity asks for no other: so none is given to a frozen worker. */
const ONE_AT_A_TIME = 'worker:\n  maxConcurrentActivities: 1\n';
/** How long the next attempt's POST is held back for the late one. */
const HOLD_MILLIS = 700;
const LIMIT_MILLIS = 180_000;

/** Freezes a worker at one place, lets another one go on, wakes it, and tells what Rancher saw. */
export async function frozenScene(
  place: FreezePlace,
  waking: Waking,
  temporal: StackTemporal,
  within: string,
): Promise<FrozenOutcome> {
  let front: RancherFront | undefined;
  const stack = await Stack.start({
    seed: seedOf({ name: SERVICE, scale: 2, launchConfig: { imageUuid: 'docker:example/web:1' } }),
    policy: { requestTimeout: REQUEST_TIMEOUT },
    ...{ workers: 0, within, temporal, extraYaml: ONE_AT_A_TIME },
    front: async (url) => {
      front = await RancherFront.start(url);
      return front.url;
    },
  });
  try {
    if (front === undefined) throw new Error('the front did not start');
    return await play(stack, front, place, waking);
  } finally {
    for (const worker of stack.workers) worker.signal('SIGKILL');
    await front?.shut();
    await stack.close();
  }
}

async function play(stack: Stack, front: RancherFront, place: FreezePlace, waking: Waking): Promise<FrozenOutcome> {
  const once = join(stack.folder, 'freeze-once');
  writeFileSync(once, '');
  const hook = {
    NODE_OPTIONS: `--require=${join(__dirname, 'freeze-hook.js')}`,
    [FREEZE_AT]: place,
    [FREEZE_ONCE]: once,
  };
  const frozen = await stack.startWorker(hook, LIMIT_MILLIS);
  const asked = ['--image', 'example/web:2', '--request-id', `${place}-${waking}`, '--json'];
  const command = stack.startDrover(['upgrade', stack.alias, `cases/${SERVICE}`, ...asked]);
  await until('the worker is frozen', () => !existsSync(once) || !command.running, { limitMillis: LIMIT_MILLIS });
  if (existsSync(once)) throw new NotFrozenError('the first attempt to post did not come to the place of the freeze');
  const frozenAt = Date.now();
  const wokenAt = await wake({ stack, front, frozen, command }, waking);
  await keepOneWorker(stack, command);
  const ended = await command.ended;
  await until('the woken attempt is over', () => Date.now() - wokenAt >= WATCH_MILLIS);
  const state = await restingState(stack);
  const actions = await stack.actions(SERVICE);
  const line = verdictLine(ended.stdout);
  const ports = existsSync(`${once}${PORTS_SUFFIX}`) ? readFileSync(`${once}${PORTS_SUFFIX}`, 'utf8').split('\n') : [];
  return {
    ...{ place, waking, frozenMillis: wokenAt - frozenAt, state },
    late:
      place === 'within-workflow-code'
        ? []
        : front.passed.filter(({ port }) => ports.includes(String(port))).map(({ status }) => status ?? 0),
    lived: frozen.running,
    accepted: actions.filter((action) => action === 'upgrade').length,
    ...{ verdict: String(line?.['verdict']), reason: String(line?.['reason']), exitCode: ended.code },
  };
}

/** A worker that did not survive is replaced, so that the deployment ends. */
async function keepOneWorker(stack: Stack, command: StartedProcess): Promise<void> {
  await Promise.race([command.ended, ...stack.workers.map(({ ended }) => ended)]);
  if (command.running && stack.workers.every(({ running }) => !running)) await stack.startWorker({}, LIMIT_MILLIS);
}

interface Players {
  readonly stack: Stack;
  readonly front: RancherFront;
  readonly frozen: StartedProcess;
  readonly command: StartedProcess;
}

/** Wakes the worker when it is time. @returns when that was */
async function wake({ stack, front, frozen, command }: Players, waking: Waking): Promise<number> {
  const cont = (): number => {
    frozen.signal('SIGCONT');
    return Date.now();
  };
  const upgrades = (): PassingAction[] => front.passed.filter(({ action }) => action === 'upgrade');
  switch (waking) {
    case 'before-anybody-else':
      await delay(PAST_HEARTBEAT_MILLIS);
      return cont();
    case 'as-the-next-one-posts': {
      const woken = together(front, cont);
      await stack.startWorker({}, LIMIT_MILLIS);
      return woken;
    }
    case 'after-the-next-one-posted':
      await stack.startWorker({}, LIMIT_MILLIS);
      await until('the next attempt has posted', () => upgrades().some(({ status }) => status === 202), {
        limitMillis: LIMIT_MILLIS,
      });
      return cont();
    case 'after-the-end':
      await stack.startWorker({}, LIMIT_MILLIS);
      await command.ended;
      return cont();
    default:
      throw new TypeError(`unknown waking ${String(waking satisfies never)}`);
  }
}

/** Holds the next attempt's POST back until the woken one has sent as well, if it does; then lets both go on at once. */
function together(front: RancherFront, cont: () => number): Promise<number> {
  return new Promise((resolve) => {
    const moment = { service: '1s1', action: 'upgrade', moment: 'sent' as const };
    front.intercept({
      ...moment,
      run: async () => {
        let bothAreThere = (): void => undefined;
        const both = new Promise<void>((go) => (bothAreThere = go));
        const takeBack = front.intercept({
          ...moment,
          run: () => {
            bothAreThere();
            return both;
          },
        });
        resolve(cont());
        await Promise.race([both, delay(HOLD_MILLIS)]);
        takeBack();
      },
    });
  });
}

/** The service's state, once Rancher has nothing more to do. */
async function restingState(stack: Stack): Promise<string> {
  let state = '';
  await until('the service comes to rest', async () => {
    const journal = await stack.journal();
    state = journal.findLast(({ kind }) => kind === 'state')?.to ?? 'active';
    return ['active', 'upgraded', 'canceled-upgrade', 'inactive', 'removed'].includes(state);
  });
  return state;
}
