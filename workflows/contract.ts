// What a client and a workflow say to each other: plain data and names, nothing that has to be loaded from Temporal's SDK.
import type { Finding } from '../decision/checks';
import type { Diagnosis, ServiceLogLine } from '../decision/diagnosis';
import type { ConfigVersion, InstanceTally } from '../decision/service-snapshot';
import type { Phase } from '../decision/phase';
import type { Policy } from '../decision/policy';
import type { StartStep } from '../decision/start-step';
import type { Tried } from '../decision/tried';
import type { Verdict } from '../decision/verdict';

/** What a person sends with a message. All optional, so that Temporal Web's own form, left empty, works too. */
export interface Intervention {
  /** Version of the message, see `MESSAGE_VERSION`. Default: 1. */
  readonly version?: number;
  readonly by?: string;
  readonly why?: string;
  /** Names this message: sent twice (an update that nobody answered in time, then a signal), it counts once. */
  readonly id?: string;
}

/** Version in which all that an {@link Intervention} says can be said; see `MESSAGE_VERSION`. */
export const INTERVENTION_VERSION = 1;

/** The signal by which a worker wakes a deployment. */
export const NUDGE = 'nudge';

/**
 * What a worker saw in Rancher's event stream: a reason to read, never the truth.
 * - `state`, `transitioning`, `message`, `health`: that of the service is another one than the deployment knows.
 * - `nearly-done`: as far as containers tell, Rancher is about to be done with the upgrade.
 * - `progress`: so many containers of the upgrade run; only told, nothing is read for it.
 * - `check`: something may have been missed (the stream is gone, or a worker has just begun).
 */
export interface Nudge {
  readonly saw: 'state' | 'transitioning' | 'message' | 'health' | 'nearly-done' | 'progress' | 'check';
  /** The service's state in that frame; left out where no frame told it. */
  readonly state?: string;
  /** Of the upgrade's containers, with `progress`. */
  readonly running?: number;
  readonly expected?: number;
}

/** The answer to an update: taken, and what it means in the phase it met. */
export interface Acknowledgement {
  /** A deployment's, or a release's. */
  readonly phase: string;
  readonly meaning: string;
}

/** One line of a deployment's logbook. */
export interface ProgressEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly phase: Phase;
  readonly text: string;
}

/** What the query `progress` answers. */
export interface Progress {
  readonly deploymentId: string;
  readonly requestId: string;
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly phase: Phase;
  /** Milliseconds since the epoch. */
  readonly phaseSince: number;
  readonly startedAt: number;
  readonly requestedBy: string;
  readonly requestedWhy: string | null;
  readonly round: number;
  /** Upgrades that it may post at most; null before its policy is known. */
  readonly maxRounds: number | null;
  /** The finish was sent: there is no way back. */
  readonly finishSent: boolean;
  /** Rancher, or the environment's worker, did not answer when it was asked last, and is being waited for. */
  readonly isAway: boolean;
  /** Configuration name (`primary` or a sidekick's) to image, before and after. */
  readonly images: readonly ImageChange[];
  /** The service's state when last read, null before the first read. */
  readonly state: string | null;
  /** Rancher's own words when last read. */
  readonly message: string | null;
  /** The containers as last read; see `instancesAt`. */
  readonly instances: readonly InstanceTally[];
  /** When they were read, where the service was read since without them, milliseconds since the epoch; else null. */
  readonly instancesAt: number | null;
  /** The versions of our upgrade, one for each configuration that it changed, as Rancher accepted it; empty while there is none. */
  readonly upgraded: readonly ConfigVersion[];
  readonly expected: number | null;
  /** Link to the service in Rancher's UI, null before it is resolved. */
  readonly rancherUrl: string | null;
  /** The last hundred events; `eventCount` tells how many there were in all. */
  readonly events: readonly ProgressEvent[];
  readonly eventCount: number;
  /** What is waited for, and what a person can do now. */
  readonly next: string;
  /**
   * While `verifying`: what the containers lack, each gate of the environment's own that has not passed, with its passes and until when it
   * is tried, and until when the containers are watched. Else empty.
   */
  readonly waitsFor: readonly string[];
  /** Why it is parked or what it waits for a person to decide; null otherwise. */
  readonly attention: string | null;
  /** The same with all that a person needs: what was tried, and what to do; null where it waits for nobody. */
  readonly person: PersonNeeded | null;
  /** What was wrong when it did not get on; null while it does. */
  readonly diagnosis: Diagnosis | null;
  /** Rancher's own log about the service since the deployment began, as last read, the newest last. */
  readonly serviceLog: readonly ServiceLogLine[];
  /** Set when it is over. */
  readonly result: DeploymentResult | null;
}

/** A deployment waits for a person: why, since when, what was tried, and what to do. Times in milliseconds since the epoch. */
export interface PersonNeeded {
  /**
   * - `parked`: it cannot go on by itself.
   * - `held`: verified, and held as it was asked to.
   * - `approval`: verified, and the environment's policy asks a person.
   * - `unprovable`: upgraded, and Rancher does not show enough for a proof.
   * - `release`: verified; not a person but the release that it is a part of decides.
   */
  readonly kind: 'parked' | 'held' | 'approval' | 'unprovable' | 'release';
  readonly reason: string;
  /** What to look at or to mend, in a sentence. */
  readonly mend: string;
  readonly since: number;
  /** When it ends by itself. */
  readonly until: number;
  /** What happens then, in words. */
  readonly atExpiry: string;
  readonly tried: readonly Tried[];
  /** What can be done from here, most likely first. */
  readonly commands: readonly OfferedCommand[];
  /** The service in Rancher's UI. */
  readonly rancherUrl: string | null;
}

/** A command line, whole, and what it does. */
export interface OfferedCommand {
  readonly command: string;
  readonly does: string;
}

/** An image that changes. */
export interface ImageChange {
  readonly config: string;
  readonly from: string | null;
  readonly to: string;
}

/** How a deployment ended: the result of the workflow. */
export interface DeploymentResult {
  readonly verdict: Verdict;
  /** What happened, in a sentence or two, with Rancher's own words where they explain it. */
  readonly reason: string;
  /** What a person should do now, if anything. */
  readonly nextStep: string;
  /** What was tried, where the verdict is `needs-attention`; else empty. */
  readonly tried: readonly Tried[];
  readonly deploymentId: string;
  readonly requestId: string;
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly serviceId: string | null;
  readonly images: readonly ImageChange[];
  /** Accepted upgrades. */
  readonly rounds: number;
  /** The service's state as last read. */
  readonly state: string | null;
  readonly rancherUrl: string | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly timeline: readonly PhaseSpan[];
  /** What was wrong, read before anything was undone; null where nothing was, or nothing could be read. */
  readonly diagnosis: Diagnosis | null;
  readonly requestedBy: string;
  readonly requestedWhy: string | null;
}

/** How long a phase took; milliseconds since the epoch. */
export interface PhaseSpan {
  readonly phase: Phase;
  readonly from: number;
  readonly to: number;
}

/** Task queue of the workflows. */
export const WORKFLOW_QUEUE = 'drover';
/** Task queue of the activities that talk to one environment's Rancher. */
export const rancherQueue = (environment: string): string => `drover.rancher.${environment}`;
/** Id of the workflow that deploys one service: one at a time. */
export const workflowIdOf = (environment: string, stack: string, service: string): string =>
  `deploy/${environment}/${stack}/${service}`;

/** Type name of the workflow that deploys one service. */
export const UPGRADE_SERVICE = 'upgradeService';
/** Type name of the read-only workflow behind `--plan`. */
export const PLAN_UPGRADE = 'planUpgrade';
/** Type name of the read-only workflow that tells `--plan` whether a gate of a release would be asked. */
export const ADMIT_GATE = 'admitGate';
/** Type name of the read-only workflow behind `drover doctor`. */
export const EXAMINE = 'examine';
/** Type name of the read-only workflow behind `drover orphans`. */
export const LIST_PENDING = 'listPending';
/** Type name of the workflow that shows a stack as compose files. */
export const SHOW_CONFIG = 'showConfig';
/** The messages: each is a signal and an update of the same name. */
export const INTERVENTIONS = ['cancel', 'retry', 'confirm', 'rollback'] as const;
export type InterventionName = (typeof INTERVENTIONS)[number];
/** Type name of the workflow that tells people one event. */
export const NOTIFY = 'notify';
/** Type name of the workflow that tells what no deployment tells itself. */
export const TELL = 'tell';
/** Id of the workflow that tells people one event: each is told once. */
export const notifyWorkflowIdOf = (eventId: string): string => `notify/${eventId}`;
/** Task queue of what tells one target: whoever does not answer holds up neither deployments nor the others. */
export const notifyQueue = (environment: string, target: string): string => `drover.notify.${environment}.${target}`;
/** Name of the query that answers {@link Progress}. */
export const PROGRESS = 'progress';

/** What a search attribute of type Keyword holds, characters. */
export const KEYWORD_LIMIT = 255;

/** Search attributes, all of type Keyword; registered before the first start. */
export const SEARCH_ATTRIBUTES = [
  'DroverEnvironment',
  'DroverStack',
  'DroverService',
  'DroverImage',
  'DroverPhase',
  'DroverVerdict',
  'DroverRequester',
  'DroverRequest',
  // Unset as long as there are no releases: what is registered once need not be registered again for them.
  'DroverRelease',
] as const;
export type SearchAttributeName = (typeof SEARCH_ATTRIBUTES)[number];

/** Memo of a deployment: enough to tell the same request from another one. */
export interface DeploymentMemo {
  readonly requestId: string;
  readonly deploymentId: string;
  /** SHA-256 of what was asked, less who asked and when. */
  readonly requestDigest: string;
  readonly requestedBy: string;
  /** Set while it waits for a person, and where it ended as `needs-attention`: lists show it without asking a worker. */
  readonly attention?: AttentionMemo;
}

/** Why a deployment needs a person, as its memo has it: short, and with no value of a configuration. */
export interface AttentionMemo {
  /** As {@link PersonNeeded}'s; or `ended`: it is over, and left something to look at. */
  readonly kind: PersonNeeded['kind'] | 'ended';
  readonly reason: string;
  readonly mend: string;
  readonly since: number;
  readonly until: number | null;
  readonly commands: readonly string[];
}

/** What `--plan` answers. */
export interface UpgradePlan {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly serviceId: string;
  readonly state: string;
  readonly rancherUrl: string;
  /** What the deployment would do first. */
  readonly step: StartStep['do'];
  /** The same in words. */
  readonly firstStep: string;
  /** What to do now, where it would be refused because the pending upgrade is another installation's; else left out. */
  readonly then?: string;
  readonly images: readonly ImageChange[];
  /** Names of variables and labels that would be added or changed; never their values. */
  readonly variables: readonly string[];
  readonly labels: readonly string[];
  /** The policy that would hold. */
  readonly policy: Policy;
}

/** A stack as Rancher's compose files: each setting by its name, without a value that may be secret. */
export interface ShownConfig {
  readonly dockerCompose: string;
  readonly rancherCompose: string;
}

/** What an environment's worker tells `drover doctor`. */
export interface EnvironmentExamined {
  readonly environment: string;
  /** Of Drover, as the worker is; null where it does not know. */
  readonly version: string | null;
  /** Of its Node.js. */
  readonly node: string;
  readonly findings: readonly Finding[];
  /** Which project it is, over all servers; null where that was not found out. */
  readonly project: string | null;
}

/** What an environment's worker found pending there. */
export interface PendingUpgrades {
  readonly environment: string;
  readonly projectId: string;
  /** Those with a label of Drover's. */
  readonly labelled: readonly PendingUpgrade[];
  /** How many have none: somebody else's. */
  readonly unlabelled: number;
  /** How many labelled ones are not in the list, for it would be too long. */
  readonly leftOut: number;
}

/** A service on which an upgrade with a label of Drover's is pending: names, versions and images, never a value. */
export interface PendingUpgrade {
  readonly stack: string;
  readonly service: string;
  readonly serviceId: string;
  /** `upgrading`, `upgraded` or `canceled-upgrade`. */
  readonly state: string;
  /** Rancher's own words, where they tell something. */
  readonly message: string | null;
  /** The primary first. */
  readonly configs: readonly PendingConfig[];
  readonly rancherUrl: string;
}

/** One configuration of a pending upgrade. */
export interface PendingConfig {
  /** `primary`, or a sidekick's name. */
  readonly config: string;
  readonly version: string;
  readonly image: string | null;
  /** What the containers from before the upgrade run, as long as they are there; else null. */
  readonly formerImage: string | null;
  /** `<deploymentId>.<round>`, null where it carries none. */
  readonly deploymentLabel: string | null;
}
