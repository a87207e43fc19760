import type { OnPending, Policy } from '../../decision/policy';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { Decisions } from './decisions';
import type { StartName } from './starts';
import type { Images } from './world';

/** What one exploration is about: everything that does not change while it runs. */
export interface Setting {
  readonly start: StartName;
  readonly onPending: OnPending;
  readonly redeploy: boolean;
  readonly label: boolean;
  readonly hold: boolean;
  /** The request names an image for the sidekick too. */
  readonly sidekickAsked: boolean;
  readonly images: Images;
  /** What others may do by hand at most, at any moments. */
  readonly foreign: number;
  /** Messages of people at most, at any moments. */
  readonly people: number;
  /** Both together at most. */
  readonly moves: number;
  /** The product's own, but for what is broken on purpose. */
  readonly decisions: Decisions;
  /** Broken on purpose: a timer that expires in an outage rolls back without reading first. */
  readonly blindTimer: boolean;
  /** Broken on purpose (or rather, what no orchestrator can exclude): a request arrives after it was waited out. */
  readonly lateBeyond: boolean;
}

/** Every limit in the exploration's own time: only the order of them matters. */
export const LIMIT_MILLIS = 100_000;
/** A pause within the limits, milliseconds. */
export const SHORT_MILLIS = 1_000;
/** Longer than every limit: an outage, milliseconds. */
export const OUTAGE_MILLIS = 100 * LIMIT_MILLIS;

/** Upgrades that one deployment may post in the exploration. */
export const MAX_ROUNDS = 2;

export function policyOf(setting: Setting): Policy {
  return {
    ...DEFAULT_POLICY,
    onPending: setting.onPending,
    label: setting.label,
    stallLimitMillis: LIMIT_MILLIS,
    settleLimitMillis: LIMIT_MILLIS,
    rollbackLimitMillis: LIMIT_MILLIS,
    finishLimitMillis: LIMIT_MILLIS,
    maxRounds: MAX_ROUNDS,
  };
}

/** A setting in words. */
export function nameOf(setting: Setting): string {
  const parts: string[] = [setting.start, `onPending ${setting.onPending}`];
  if (setting.redeploy) parts.push('redeploy');
  if (!setting.label) parts.push('no label');
  if (setting.hold) parts.push('hold');
  if (setting.sidekickAsked) parts.push('sidekick too');
  if (setting.images !== 'good') parts.push(`image ${setting.images}`);
  return parts.join(', ');
}
