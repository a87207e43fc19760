import { installationOf } from './deployment-label';
import type { OnPending } from './policy';
import { runsWhatItSays } from './proof';
import { NEVER_UPGRADED, roundInLabel } from './round';
import type { ServiceSnapshot } from './service-snapshot';
import type { StateKind } from './service-state';
import { kindOfState } from './service-state';

/** What to do with a service on which nothing of this round's was posted yet. */
export type StartStep =
  | { readonly do: 'upgrade' }
  | { readonly do: 'adopt' }
  | { readonly do: 'unchanged' }
  | { readonly do: 'settle'; readonly action: 'rollback' | 'finishupgrade'; readonly why: string }
  | { readonly do: 'wait'; readonly why: string }
  /** `then`: what to do now, where that is something else than usual. */
  | { readonly do: 'refuse'; readonly why: string; readonly then?: string };

/** What is known when a service is looked at before an upgrade. */
export interface StartView {
  readonly onPending: OnPending;
  readonly redeploy: boolean;
  /** The configurations that the request names: the primary for its image, variables or labels, and sidekicks. */
  readonly asked: readonly string[];
  /** Later rounds of one deployment post again whatever the service already has. */
  readonly again: boolean;
  /**
   * The deployment that looks: an upgrade with its own label is one that it posted before somebody reset its workflow. Left out where
   * nothing can be its own, as in a plan.
   */
  readonly deploymentId?: string;
  /** How long the service was busy: still hoped for, without any progress for the stall limit, or longer than the settle limit. */
  readonly patience: 'fresh' | 'stalled' | 'over';
}

/** What to do in one kind of state. */
type Rule = (service: ServiceSnapshot, view: StartView) => StartStep;

/**
 * The first decision of a round, by the kind of state that the service is in. Hold it against Rancher's state machine: an upgrade is
 * offered in `ready` and `flapping`, a finish in `upgraded` only, a rollback in `upgrading`, `upgraded` and `canceled`.
 */
const RULES: Readonly<Record<StateKind, Rule>> = {
  ready: (service, view) => (alreadyThere(service, view) ? { do: 'unchanged' } : { do: 'upgrade' }),

  flapping: (service, view) => {
    // One that already goes to what was asked gets its time: another upgrade would only begin the same again.
    const isOnItsWay = mayAdopt(service, view) && view.patience !== 'over';
    return view.patience === 'fresh' || isOnItsWay
      ? { do: 'wait', why: `the service is ${service.state}: giving it time to settle` }
      : { do: 'upgrade' };
  },

  moving: (service, view) =>
    view.patience === 'over'
      ? { do: 'refuse', why: `the service stayed busy (${service.state}${inWords(service)})` }
      : { do: 'wait', why: `the service is ${service.state}` },

  upgrading: (service, view) => {
    if (mayAdopt(service, view)) return { do: 'adopt' };
    if (view.patience === 'fresh') return { do: 'wait', why: `${whose(service)} to another target is under way` };
    if (view.patience === 'over')
      return { do: 'refuse', why: `the time was up, and ${whose(service)} is still under way` };
    if (view.onPending === 'rollback')
      return { do: 'settle', action: 'rollback', why: `${whose(service)} makes no progress${inWords(service)}` };
    return { do: 'refuse', why: `${whose(service)} is stuck in upgrading${inWords(service)}` };
  },

  upgraded: (service, view) => {
    if (mayAdopt(service, view)) return { do: 'adopt' };
    switch (view.onPending) {
      case 'rollback':
        return { do: 'settle', action: 'rollback', why: `${whose(service)} was never confirmed` };
      case 'finish':
        return { do: 'settle', action: 'finishupgrade', why: `${whose(service)} was never confirmed` };
      case 'wait':
        return pendingPatience(service, view);
      case 'abort':
        return { do: 'refuse', why: pendingText(service) };
      default:
        return never(view.onPending);
    }
  },

  canceled: (service, view) => {
    switch (view.onPending) {
      // `finishupgrade` would resume what somebody cancelled: the only way on is back.
      case 'rollback':
      case 'finish':
        return { do: 'settle', action: 'rollback', why: `${whose(service)} was cancelled and never rolled back` };
      case 'wait':
        return pendingPatience(service, view);
      case 'abort':
        return { do: 'refuse', why: pendingText(service) };
      default:
        return never(view.onPending);
    }
  },

  gone: (service) => ({ do: 'refuse', why: `the service is ${service.state}` }),
};

/** What to do next with a service on which nothing of this round's was posted yet. */
export function startStep(service: ServiceSnapshot, view: StartView): StartStep {
  if (service.removed) return { do: 'refuse', why: 'the service was removed' };
  const kind = kindOfState(service.state);
  // Whatever the policy or `--redeploy` says: it must not be posted once more. What became of it meanwhile is judged as ever.
  if (kind !== 'moving' && kind !== 'gone' && ownRoundOf(service, view) !== null) return { do: 'adopt' };
  // A plan and a policy alike: it may be somebody else's who is at it.
  if (service.claimedBy !== undefined) return claimed(service, service.claimedBy);
  return RULES[kind](service, view);
}

/** The number of the deployment's own upgrade that the service has, null where it has none. Later rounds know their own already. */
export function ownRoundOf(
  service: ServiceSnapshot,
  { deploymentId, again }: Pick<StartView, 'deploymentId' | 'again'>,
): number | null {
  if (deploymentId === undefined || again || !service.meetsRequest) return null;
  const rounds = service.configs.map(({ version, deploymentLabel }) =>
    version === NEVER_UPGRADED ? 0 : (roundInLabel(deploymentLabel, deploymentId) ?? 0),
  );
  const newest = Math.max(0, ...rounds);
  return newest === 0 ? null : newest;
}

/** Same image, active, and its containers proven to run it. */
function alreadyThere(service: ServiceSnapshot, view: StartView): boolean {
  if (view.redeploy || view.again || service.state !== 'active' || !service.meetsRequest) return false;
  return runsWhatItSays(service, view.asked).status === 'proven';
}

function mayAdopt(service: ServiceSnapshot, view: StartView): boolean {
  return service.meetsRequest && !view.redeploy && !view.again && !service.twoWriters;
}

function pendingPatience(service: ServiceSnapshot, view: StartView): StartStep {
  if (view.patience === 'over') return { do: 'refuse', why: `${pendingText(service)}; nobody settled it in time` };
  return { do: 'wait', why: `${pendingText(service)}; waiting for somebody to settle it` };
}

function pendingText(service: ServiceSnapshot): string {
  return `${whose(service)} is pending (${service.state})`;
}

/** A label of ours on a pending upgrade: a deployment's that was ended by hand, or one that the UI took along from an earlier one. */
function whose(service: ServiceSnapshot): string {
  const label = service.configs.find(({ deploymentLabel }) => deploymentLabel !== null)?.deploymentLabel ?? null;
  return label === null ? "someone else's upgrade" : `an upgrade with the label of deployment ${label}`;
}

function claimed({ state }: ServiceSnapshot, label: string): StartStep {
  const installation = installationOf(label);
  const whose =
    installation === null
      ? 'an installation of Drover that it does not name'
      : `another installation of Drover, ${installation}`;
  return {
    do: 'refuse',
    why: `the service is ${state} by an upgrade with the label ${label}, of ${whose}`,
    then: `Somebody may be at it (or upgraded it by hand: Rancher's UI takes labels along): let the one who began it end it. If nobody is, finish it or roll it back in Rancher, or deploy with --take-over ${label}.`,
  };
}

function inWords(service: ServiceSnapshot): string {
  return service.message === null || service.message === '' ? '' : `: ${service.message}`;
}

function never(value: never): never {
  throw new TypeError(`unknown policy ${String(value)}`);
}
