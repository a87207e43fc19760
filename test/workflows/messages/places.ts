import type { InterventionKind } from '../../../decision/intervention';
import type { Phase } from '../../../decision/phase';
import type { Verdict } from '../../../decision/verdict';
import type { Fault } from '../../../simulator/faults';
import type { ServiceSeed } from '../../../simulator/world-seed';
import type { Deploying } from '../../support/rig';
import type { Scene } from '../scene';
import { eventually, ONE_BATCH } from '../scene';

/** Name of an activity, or that the deployment ends. */
type Act = 'resolveTarget' | 'readService' | 'postUpgrade' | 'finishUpgrade' | 'rollBackUpgrade' | 'end';

/** What comes of a message that is taken. */
export interface Taken {
  /** What it does without waiting for any timer. */
  readonly atOnce: Act;
  readonly verdict: Verdict;
  readonly says: RegExp;
  /** Accepted by Rancher, in their order. */
  readonly actions: readonly string[];
}

/** Where a deployment stays until it is let go on. */
export interface Place {
  readonly name: string;
  readonly phase: Phase;
  readonly finishSent: boolean;
  readonly service?: Partial<ServiceSeed>;
  /** Begins a deployment, and waits until it is there. */
  readonly bring: (one: Scene) => Promise<Deploying>;
  /** It is kept there by Rancher, whatever people say. */
  readonly isKept: boolean;
  /** What kept it there is over, or a person lets it go on. */
  readonly letGo: (one: Scene, deploying: Deploying) => Promise<void>;
  /** The messages that are taken; all others are refused. */
  readonly taken: Readonly<Partial<Record<InterventionKind, Taken>>>;
  /** How it ends where nothing but refused messages came. */
  readonly otherwise: Pick<Taken, 'verdict' | 'actions'>;
}

const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];
const PROVEN = /proven by version/;
const RESTORED = /the former configuration is proven to run/;
const NOTHING_POSTED = /nothing of this deployment was posted/;
const SUCCEEDS = { verdict: 'succeeded', says: PROVEN, actions: DONE } as const;
const IS_CANCELLED = { verdict: 'cancelled', says: RESTORED, actions: UNDONE, atOnce: 'rollBackUpgrade' } as const;
const GOES_BACK = { verdict: 'rolled-back', says: RESTORED, actions: UNDONE, atOnce: 'rollBackUpgrade' } as const;
const RESTORES = { cancel: IS_CANCELLED, rollback: GOES_BACK } as const;
const nothing = Promise.resolve();

/** Longer than any of these tests: the next attempt comes only when somebody asks for it. */
const LATER: Fault['effect'] = { kind: 'status', status: 429, headers: { 'Retry-After': '80' } };
const FORBIDDEN: Fault['effect'] = { kind: 'status', status: 403, body: 'Forbidden' };

const says =
  (kind: InterventionKind) =>
  async (_one: Scene, deploying: Deploying): Promise<void> =>
    deploying.signal(kind, { by: 'who lets it go on' });

const lookupFaults = new WeakMap<Scene, Fault>();

async function held(one: Scene): Promise<Deploying> {
  const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
  await one.until(deploying, 'confirming');
  return deploying;
}

/** Where each message is tried: every phase but the last, and `parked` twice. Rancher refuses an action with "too many requests" or 403. */
export const PLACES: readonly Place[] = [
  {
    name: 'resolving',
    phase: 'resolving',
    finishSent: false,
    bring: async (one) => {
      const fault: Fault = {
        pathIncludes: one.name,
        times: 0,
        effect: { kind: 'status', status: 503 },
        probability: 1,
      };
      lookupFaults.set(one, fault);
      const { world } = one.rig.simulator;
      world.addFault(fault);
      const deploying = await one.start({ overrides: ONE_BATCH });
      const isMet = (): boolean =>
        world.requests().some(({ path, status }) => path.includes(one.name) && status === 503);
      await eventually(isMet, 'a lookup that is answered 503');
      return deploying;
    },
    isKept: true,
    letGo: async (one) => {
      const fault = lookupFaults.get(one);
      if (fault !== undefined) fault.probability = 0;
      return nothing;
    },
    taken: {
      cancel: { verdict: 'cancelled', says: NOTHING_POSTED, actions: [], atOnce: 'end' },
      retry: { ...SUCCEEDS, atOnce: 'resolveTarget' },
    },
    otherwise: SUCCEEDS,
  },
  {
    name: 'settling',
    phase: 'settling',
    finishSent: false,
    service: { state: 'upgraded', pendingLaunchConfig: { imageUuid: 'docker:example/other:9' } },
    bring: async (one) => {
      const deploying = await one.start({ overrides: { ...ONE_BATCH, onPending: 'wait' } });
      await one.until(deploying, 'settling');
      return deploying;
    },
    isKept: true,
    letGo: (one) => one.byHand('rollback'),
    taken: {
      cancel: { verdict: 'cancelled', says: NOTHING_POSTED, actions: [], atOnce: 'end' },
      retry: { ...SUCCEEDS, atOnce: 'readService' },
    },
    otherwise: SUCCEEDS,
  },
  {
    name: 'upgrading',
    phase: 'upgrading',
    finishSent: false,
    bring: async (one) => {
      one.fault({ action: 'upgrade', effect: LATER });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=upgrade');
      return deploying;
    },
    isKept: false,
    letGo: says('retry'),
    taken: {
      cancel: { verdict: 'cancelled', says: NOTHING_POSTED, actions: [], atOnce: 'readService' },
      rollback: { verdict: 'failed', says: NOTHING_POSTED, actions: [], atOnce: 'readService' },
      retry: { ...SUCCEEDS, atOnce: 'postUpgrade' },
    },
    otherwise: SUCCEEDS,
  },
  {
    name: 'waiting',
    phase: 'waiting',
    finishSent: false,
    bring: async (one) => {
      one.behave(2, { startFails: true });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'waiting');
      return deploying;
    },
    isKept: true,
    letGo: async (one) => {
      one.behaveAgain(2);
      return nothing;
    },
    taken: { ...RESTORES, retry: { ...SUCCEEDS, actions: [...UNDONE, ...DONE], atOnce: 'rollBackUpgrade' } },
    otherwise: SUCCEEDS,
  },
  {
    name: 'verifying',
    phase: 'verifying',
    finishSent: false,
    bring: async (one) => {
      const deploying = await one.start({ overrides: { ...ONE_BATCH, soakMillis: 15_000 } });
      await one.until(deploying, 'verifying');
      return deploying;
    },
    isKept: false,
    letGo: () => nothing,
    taken: { ...RESTORES, retry: { ...SUCCEEDS, atOnce: 'readService' } },
    otherwise: SUCCEEDS,
  },
  {
    name: 'confirming',
    phase: 'confirming',
    finishSent: false,
    bring: held,
    isKept: false,
    letGo: says('confirm'),
    taken: { ...RESTORES, confirm: { ...SUCCEEDS, atOnce: 'finishUpgrade' } },
    otherwise: SUCCEEDS,
  },
  {
    name: 'finishing',
    phase: 'finishing',
    finishSent: true,
    bring: async (one) => {
      one.fault({ action: 'finishupgrade', effect: LATER });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.receives('POST', 'action=finishupgrade');
      return deploying;
    },
    isKept: false,
    letGo: says('retry'),
    taken: { retry: { ...SUCCEEDS, atOnce: 'finishUpgrade' } },
    otherwise: SUCCEEDS,
  },
  {
    name: 'rolling-back',
    phase: 'rolling-back',
    finishSent: false,
    bring: async (one) => {
      const deploying = await held(one);
      one.fault({ action: 'rollback', effect: LATER });
      await deploying.signal('rollback', { by: 'who began it' });
      await one.receives('POST', 'action=rollback');
      return deploying;
    },
    isKept: false,
    letGo: says('retry'),
    taken: { cancel: GOES_BACK, rollback: GOES_BACK, retry: GOES_BACK },
    otherwise: GOES_BACK,
  },
  {
    name: 'parked',
    phase: 'parked',
    finishSent: false,
    bring: async (one) => {
      const deploying = await held(one);
      one.fault({ action: 'rollback', effect: FORBIDDEN });
      await deploying.signal('rollback', { by: 'who began it' });
      await one.until(deploying, 'parked');
      return deploying;
    },
    isKept: false,
    letGo: says('retry'),
    taken: { cancel: GOES_BACK, rollback: GOES_BACK, retry: GOES_BACK },
    otherwise: GOES_BACK,
  },
  {
    name: 'parked after the finish was sent',
    phase: 'parked',
    finishSent: true,
    bring: async (one) => {
      one.fault({ action: 'finishupgrade', effect: FORBIDDEN });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'parked');
      return deploying;
    },
    isKept: false,
    letGo: says('retry'),
    taken: { retry: { ...SUCCEEDS, atOnce: 'finishUpgrade' } },
    otherwise: SUCCEEDS,
  },
];
