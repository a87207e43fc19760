import type { OnPending } from '../decision/policy';
import type { Verdict } from '../decision/verdict';

/**
 * What a deployment is expected to do, by the state in which it finds the service, by policy, and by what the service's launch
 * configuration then names: the image that was asked for (`same`) or another one (`other`).
 *
 * Written before the code that it judges. `actions` is what the simulated Rancher's journal must hold afterwards, in this order and
 * nothing else: Drover's own accepted actions.
 */
export interface Outcome {
  readonly verdict: Verdict;
  readonly actions: readonly string[];
}

type Row = Readonly<Record<OnPending, Outcome>>;

const anyPolicy = (verdict: Verdict, ...actions: string[]): Row => {
  const outcome = { verdict, actions };
  return { rollback: outcome, finish: outcome, wait: outcome, abort: outcome };
};

const UPGRADE = ['upgrade', 'finishupgrade'] as const;

/** Ours to start at once, or as soon as the service has settled. */
const upgrades = anyPolicy('succeeded', ...UPGRADE);
/** Already there, and proven. */
const nothingToDo = anyPolicy('unchanged');
/** It goes to what was asked: adopted, verified, finished, whatever the policy. */
const adopted = anyPolicy('succeeded', 'finishupgrade');
/** Someone else's unfinished upgrade to something else: the policy decides. */
const pending: Row = {
  rollback: { verdict: 'succeeded', actions: ['rollback', ...UPGRADE] },
  finish: { verdict: 'succeeded', actions: ['finishupgrade', ...UPGRADE] },
  wait: { verdict: 'refused', actions: [] },
  abort: { verdict: 'refused', actions: [] },
};
/** A cancelled upgrade is never finished or continued, whatever it went to: the only way on is back. */
const cancelled: Row = {
  rollback: { verdict: 'succeeded', actions: ['rollback', ...UPGRADE] },
  finish: { verdict: 'succeeded', actions: ['rollback', ...UPGRADE] },
  wait: { verdict: 'refused', actions: [] },
  abort: { verdict: 'refused', actions: [] },
};
const gone = anyPolicy('refused');

export const STATE_MATRIX = {
  registering: { same: nothingToDo, other: upgrades },
  activating: { same: nothingToDo, other: upgrades },
  active: { same: nothingToDo, other: upgrades },
  'updating-active': { same: nothingToDo, other: upgrades },
  restarting: { same: nothingToDo, other: upgrades },
  deactivating: { same: upgrades, other: upgrades },
  inactive: { same: upgrades, other: upgrades },
  'updating-inactive': { same: upgrades, other: upgrades },
  upgrading: { same: adopted, other: pending },
  upgraded: { same: adopted, other: pending },
  'finishing-upgrade': { same: nothingToDo, other: upgrades },
  'canceling-upgrade': { same: cancelled, other: cancelled },
  'canceled-upgrade': { same: cancelled, other: cancelled },
  'rolling-back': { same: nothingToDo, other: upgrades },
  removing: { same: gone, other: gone },
  removed: { same: gone, other: gone },
} as const satisfies Record<string, { same: Row; other: Row }>;

export type MatrixState = keyof typeof STATE_MATRIX;
