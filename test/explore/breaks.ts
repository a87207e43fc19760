import { LIMIT_MILLIS } from './setting';
import type { Setting } from './setting';
import { DECISIONS } from './decisions';
import type { Decisions } from './decisions';
import type { CheckName } from './checks';

/** One decision made wrong on purpose: the exploration has to find what comes of it. */
export interface Break {
  readonly breaks: CheckName | 'liveness';
  readonly what: string;
  readonly decisions?: Partial<Decisions>;
  /** Where to look, and what else is different. */
  readonly setting: Partial<Setting>;
}

const { startStep, roundStep, tick, postPermission, whyNotPosted, finishPermission } = DECISIONS;

/** A service of which the `upgrade` field tells nothing. */
const forgetful = <T extends { lastLabels: unknown; lastTargets: unknown }>(service: T): T => ({
  ...service,
  lastLabels: [],
  lastTargets: [],
});

/** `--break NAME`. They wrap the product's decisions here; the product itself stays as it is. */
export const BREAKS = {
  'post-without-reading': {
    breaks: 'invariant 1',
    what: 'the POST goes out again whatever the read before it shows',
    decisions: { postPermission: () => 'send' },
    setting: {},
  },
  'undone-is-forgotten': {
    breaks: 'invariant 1',
    what: 'an upgrade that was taken and rolled back by hand before its reply was known is posted again',
    decisions: {
      postPermission: (service, ...rest) => postPermission(forgetful(service), ...rest),
      whyNotPosted: (service, ...rest) => whyNotPosted(forgetful(service), ...rest),
      wasUndone: () => false,
    },
    setting: {},
  },
  'late-beyond-its-time': {
    breaks: 'invariant 1',
    what: 'a request arrives after the time for which it was waited out (what no orchestrator can exclude: Rancher has no fencing)',
    setting: { lateBeyond: true },
  },
  'blind-timer': {
    breaks: 'invariant 2',
    what: 'a timer that expires in an outage rolls back without a fresh read',
    setting: { blindTimer: true },
  },
  'outage-is-a-stall': {
    breaks: 'invariant 2',
    what: 'time in which Rancher was away counts towards the stall limit',
    decisions: {
      tick: (clock, now, _planned, ...rest) => tick(clock, now, now - clock.lastReadAt, ...rest),
    },
    setting: {},
  },
  'no-grace-after-an-outage': {
    breaks: 'invariant 2',
    what: 'the cap judges at once when Rancher comes back',
    decisions: { graceMillis: () => 0 },
    setting: {},
  },
  'finish-what-was-cancelled': {
    breaks: 'invariant 3',
    what: "under onPending finish somebody else's upgrade is finished though it was cancelled",
    decisions: {
      startStep: (service, view) => {
        const step = startStep(service, view);
        return step.do === 'settle' && service.state === 'canceled-upgrade'
          ? { ...step, action: 'finishupgrade' }
          : step;
      },
    },
    setting: { start: 'canceled-another', onPending: 'finish' },
  },
  'finish-our-own-cancelled': {
    breaks: 'invariant 3',
    what: 'our own upgrade is finished though somebody cancelled it after our finish',
    decisions: {
      roundStep: (service, round, goal) =>
        goal === 'finished' && service.state === 'canceled-upgrade'
          ? { do: 'finish' }
          : roundStep(service, round, goal),
    },
    setting: {},
  },
  'post-on-any-base': {
    breaks: 'as prepared',
    what: 'the POST goes out though the versions are no longer those that were prepared',
    decisions: {
      postPermission: (service, round, asPrepared) => {
        const permission = postPermission(service, round, asPrepared);
        const isOffered = ['active', 'inactive'].includes(service.state);
        return permission === 'not-now' && isOffered ? 'send' : permission;
      },
    },
    setting: { foreign: 2, people: 0, moves: 2 },
  },
  'trust-upgraded': {
    breaks: 'gates',
    what: '`upgraded` and `active` are trusted without counting containers',
    decisions: {
      proofOf: () => ({ status: 'proven', reasons: [] }),
      finishPermission: (...all) => (finishPermission(...all) === 'not-now' ? 'send' : finishPermission(...all)),
    },
    setting: { images: 'crashes' },
  },
  'never-park': {
    breaks: 'liveness',
    what: 'what does not get on is waited for without a limit',
    decisions: {
      tick: (...all) => {
        const clock = tick(...all);
        return { ...clock, stalledMillis: Math.min(clock.stalledMillis, LIMIT_MILLIS - 1) };
      },
    },
    setting: { images: 'rollback-hangs', foreign: 0, people: 1 },
  },
} as const satisfies Record<string, Break>;

export type BreakName = keyof typeof BREAKS;

export const BREAK_NAMES = Object.keys(BREAKS) as BreakName[];

/** The settings that show a break, with its wrong decision in them. */
export function brokenSetting(name: BreakName, from: Setting): Setting {
  const { breaks, decisions, setting }: Break = BREAKS[name];
  return { ...from, ...setting, only: breaks, decisions: { ...DECISIONS, ...decisions } };
}
