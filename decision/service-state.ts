/**
 * The states of a service that Rancher 1.6 is known to show, and what each one means to somebody who wants to upgrade it.
 * Source: the state machine in Cattle and the recorded exchanges of a real server.
 */
export const SERVICE_STATES = {
  requested: 'moving',
  creating: 'moving',
  registering: 'moving',
  activating: 'flapping',
  active: 'ready',
  'updating-active': 'flapping',
  restarting: 'moving',
  deactivating: 'moving',
  inactive: 'ready',
  'updating-inactive': 'moving',
  upgrading: 'upgrading',
  upgraded: 'upgraded',
  'finishing-upgrade': 'moving',
  'canceling-upgrade': 'moving',
  'canceled-upgrade': 'canceled',
  'rolling-back': 'moving',
  removing: 'gone',
  removed: 'gone',
  purging: 'gone',
  purged: 'gone',
} as const;

/** The states in which an upgrade is pending: begun, and neither finished nor rolled back. */
export const PENDING_STATES = ['upgrading', 'upgraded', 'canceled-upgrade'] as const satisfies readonly ServiceState[];

export type ServiceState = keyof typeof SERVICE_STATES;

/**
 * - `ready`: an upgrade can be posted.
 * - `flapping`: Rancher offers the upgrade, but the service may settle by itself in a moment.
 * - `moving`: Rancher refuses everything until it has settled.
 * - `upgrading`, `upgraded`, `canceled`: an upgrade is pending.
 * - `gone`: removed, or about to be.
 */
export type StateKind = (typeof SERVICE_STATES)[ServiceState];

/** The kind of a state; one that this table does not know is `moving`, since waiting for it does no harm. */
export function kindOfState(state: string): StateKind {
  return Object.hasOwn(SERVICE_STATES, state) ? SERVICE_STATES[state as ServiceState] : 'moving';
}
