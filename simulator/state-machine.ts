import type { ServiceState } from './world-seed';

/** Every action that Rancher's schema of a service knows; anything else is `InvalidAction`. */
export const SERVICE_ACTIONS = [
  'upgrade',
  'restart',
  'update',
  'remove',
  'deactivate',
  'activate',
  'finishupgrade',
  'rollback',
  'cancelupgrade',
  'continueupgrade',
  'addservicelink',
  'removeservicelink',
  'setservicelinks',
] as const;

export type ServiceAction = (typeof SERVICE_ACTIONS)[number];

const LINKS = ['removeservicelink', 'addservicelink', 'setservicelinks'] as const;

/** Which actions each state offers; an action that is not listed is refused with `ActionNotAvailable`. */
export const ACTIONS_BY_STATE: Readonly<Record<ServiceState, readonly ServiceAction[]>> = {
  registering: ['remove', ...LINKS],
  inactive: ['upgrade', 'update', 'remove', 'activate', ...LINKS],
  activating: ['upgrade', 'update', 'remove', 'deactivate', ...LINKS],
  active: ['upgrade', 'restart', 'update', 'remove', 'deactivate', ...LINKS],
  'updating-active': ['upgrade', 'update', 'remove', 'deactivate', ...LINKS],
  upgrading: ['rollback', 'update', 'remove', 'cancelupgrade', ...LINKS],
  upgraded: ['rollback', 'remove', 'finishupgrade', ...LINKS],
  'finishing-upgrade': ['update', 'remove', 'cancelupgrade', ...LINKS],
  'canceling-upgrade': ['update', 'remove', ...LINKS],
  'canceled-upgrade': ['rollback', 'remove', 'continueupgrade', ...LINKS],
  'rolling-back': ['update', 'remove', ...LINKS],
  restarting: ['remove', 'deactivate', 'activate', ...LINKS],
  deactivating: ['remove', ...LINKS],
  removing: LINKS,
  removed: LINKS,
};

/** Where an accepted action leads at once; actions that keep the state are not listed. */
export const STATE_AFTER_ACTION: Readonly<Partial<Record<ServiceAction, ServiceState>>> = {
  upgrade: 'upgrading',
  continueupgrade: 'upgrading',
  finishupgrade: 'finishing-upgrade',
  cancelupgrade: 'canceling-upgrade',
  rollback: 'rolling-back',
  restart: 'restarting',
  activate: 'activating',
  deactivate: 'deactivating',
  remove: 'removing',
};

/** Where a state leads by itself when its work is done; resting states lead nowhere. */
export const STATE_WHEN_DONE: Readonly<Partial<Record<ServiceState, ServiceState>>> = {
  registering: 'activating',
  activating: 'active',
  'updating-active': 'active',
  upgrading: 'upgraded',
  'finishing-upgrade': 'active',
  'canceling-upgrade': 'canceled-upgrade',
  'rolling-back': 'active',
  restarting: 'active',
  deactivating: 'inactive',
  removing: 'removed',
};

/** A state in which Rancher itself is at work: `transitioning` is `yes` (or `error`). */
export function isTransitioning(state: ServiceState): boolean {
  return STATE_WHEN_DONE[state] !== undefined;
}

export function isServiceAction(name: string): name is ServiceAction {
  return (SERVICE_ACTIONS as readonly string[]).includes(name);
}

export function offers(state: ServiceState, action: ServiceAction): boolean {
  return ACTIONS_BY_STATE[state].includes(action);
}
