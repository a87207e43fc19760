import type { AilingContainer, Diagnosis, ServiceLogLine } from '../decision/diagnosis';
import type { FreezeWindow } from '../decision/freeze-window';
import type { Gate, GateCheck } from '../decision/gate';
import type { Notification } from '../decision/notification';
import type { Policy } from '../decision/policy';
import type { StackReading, StackService } from '../decision/promotion';
import type { ReleaseGate } from '../decision/release-gate';
import type { DeploymentRequest } from '../decision/request';
import type { PostedConfig, Round } from '../decision/round';
import type { ConfigVersion, ServiceSnapshot } from '../decision/service-snapshot';
import type { DeploymentRef, DeploymentSeen } from './dependencies';
import type {
  EnvironmentExamined,
  ImageChange,
  PendingUpgrades,
  ShownConfig,
  UpgradePlan,
} from '../workflows/contract';
import type { Hold } from '../workflows/pipeline-contract';
import type { DecisionMemo } from '../workflows/release-contract';

/** The one service that a deployment is about, pinned by Rancher's ids: one made again under its name is another service. */
export interface Target {
  readonly environment: string;
  readonly projectId: string;
  readonly stackId: string;
  readonly serviceId: string;
}

/** What `resolveTarget` found. */
export interface ResolvedTarget {
  readonly target: Target;
  /** The service's page in Rancher's UI. */
  readonly rancherUrl: string;
  readonly service: ServiceSnapshot;
  readonly images: readonly ImageChange[];
  /** For the first upgrade of the deployment, where it could be posted at once; left out where something is to be settled before. */
  readonly prepared?: PreparedUpgrade;
}

/** What `prepareUpgrade` read, for the history to have before anything is sent. */
export interface PreparedUpgrade {
  readonly base: readonly ConfigVersion[];
  /** Versions that the `upgrade` field named. */
  readonly namedBefore: readonly ConfigVersion[];
  readonly posted: readonly PostedConfig[];
  /** The state in which the service was: an inactive one is deactivated again after a rollback. */
  readonly wasInactive: boolean;
}

/** Whether a deployment may count on being woken. */
export interface Watched {
  /** Rancher's events come in: a change wakes the deployment. Left out where they do not. */
  readonly watched?: true;
  /** So many deployments are watched that each is to look by itself no more often than this, milliseconds. Left out where they are few. */
  readonly leastLookMillis?: number;
}

/**
 * How a POST of an upgrade ended.
 * - `accepted`: Rancher took it, now or in an attempt whose reply was lost.
 * - `busy`: the service does not offer an upgrade now; look at it again.
 * - `undone`: Rancher took it, and somebody rolled it back before its reply was known.
 * - `replaced`: it may have been taken, and somebody upgraded the service since.
 * - `changed`: the service is not what was prepared; prepare again.
 */
export interface PostOutcome extends Watched {
  readonly outcome: 'accepted' | 'busy' | 'undone' | 'replaced' | 'changed';
  readonly service: ServiceSnapshot;
}

/** How a finish, a rollback or a deactivation ended: sent (now or before), or not the thing to do any more. */
export interface ActOutcome {
  readonly outcome: 'sent' | 'not-now';
  readonly service: ServiceSnapshot;
  /** What a read found a moment after a finish was sent, with the containers; left out where there was none. */
  readonly after?: ServiceSnapshot;
}

/** A service as read, with Rancher's own log about it where that was asked for. */
export interface ReadService extends ServiceSnapshot, Watched {
  readonly log?: readonly ServiceLogLine[];
  /** The worst container of an upgrade that fails, where containers were read, that was asked for, and there is one. */
  readonly failing?: AilingContainer;
}

/** How a service is read, and what besides it. */
export interface ReadOptions {
  /** Whether its containers are read too; `when-settled`: only where its state calls for a proof. */
  readonly containers: 'always' | 'when-settled' | 'never';
  /** Rancher is about to be done with what it does in this state: it is read a few times within a second, until it is in another one. */
  readonly burst?: string;
  /** Milliseconds since the epoch. */
  readonly logSince?: number;
  readonly upgraded?: { readonly accepted: readonly ConfigVersion[] | null; readonly untouched: readonly string[] };
}

/** What every activity about a resolved service is given. */
export interface About {
  readonly target: Target;
  readonly request: DeploymentRequest;
  readonly policy: Policy;
}

/** A stack as it is now; sorted by name, removed services left out. */
export interface WholeStack extends StackReading {
  readonly services: readonly ServiceReading[];
}

/** All that is known of one service of a stack: names, images and versions, never a value. */
export interface ServiceReading extends StackService {
  readonly serviceId: string;
  /** Rancher's: `service`, `loadBalancerService`, `dnsService`, `externalService` … */
  readonly type: string;
  readonly versions: readonly ConfigVersion[];
  /** Null for kinds without one; 1 for a global service, whatever its hosts. */
  readonly scale: number | null;
  readonly isGlobal: boolean;
  /** Why it is not proven, in words; empty where it is. That start-once containers ended is no objection. */
  readonly unproven: readonly string[];
  /** Names of its links to other services. */
  readonly links: readonly string[];
  /** The release that made it in this environment, from its label; null where none did. */
  readonly createdBy: string | null;
}

/** Which service is copied, for which release. */
export interface CopyRequest {
  readonly releaseId: string;
  /** The alias of the environment whose service is the model. */
  readonly from: string;
  /** The alias of the environment in which it is made: that of the queue. */
  readonly to: string;
  readonly stack: string;
  readonly service: string;
  /** The primary's image; null: as it is in `from`. */
  readonly image: string | null;
  /** Images by sidekick name; those that are left out stay as they are in `from`. */
  readonly sidekicks: Readonly<Record<string, string>>;
}

/** A service that a release made. */
export interface CopiedService {
  readonly target: Target;
  readonly rancherUrl: string;
  /** `activating`, or `active` already. */
  readonly state: string;
  /** The stack was made by this release too. */
  readonly stackIsOurs: boolean;
  /** Names of the links that it has now. */
  readonly links: readonly string[];
  /** Names of links whose services are not in the target (yet): asking again links what is there by then. */
  readonly linksLeftOut: readonly string[];
}

/** What a release made and what became of it when it was undone. */
export interface RemovedCopy {
  /** `not-ours`: there is one of that name, which this release did not make; it is left alone. */
  readonly service: 'removed' | 'not-there' | 'not-ours';
  /** `kept`: this release did not make it, or something is in it. */
  readonly stack: 'removed' | 'not-there' | 'kept';
}

/** Which services of a stack are compared; left out: all that there are on either side. */
export interface DifferencesRequest {
  readonly from: string;
  /** The alias of the queue's environment. */
  readonly to: string;
  readonly stack: string;
  readonly services?: readonly string[];
}

/** Which part of a stack is shown; left out: all of its services. */
export interface ShowConfigRequest {
  readonly environment: string;
  readonly stack: string;
  readonly services?: readonly string[];
}

/** How one service differs between two environments: names, images and numbers, never a value. */
export interface ServiceDifferences {
  readonly service: string;
  readonly inSource: boolean;
  readonly inTarget: boolean;
  /** Null where they do not differ, or one of them is not there. */
  readonly scale: { readonly inSource: number | null; readonly inTarget: number | null } | null;
  /** The configurations that differ in anything, the primary first. */
  readonly configs: readonly ConfigDifferences[];
}

/** How one configuration differs. */
export interface ConfigDifferences {
  /** `primary`, or a sidekick's name. */
  readonly config: string;
  /** Without `docker:`; null where they do not differ. A side is null where it has no such configuration, or that has no image. */
  readonly image: { readonly inSource: string | null; readonly inTarget: string | null } | null;
  /** Names of environment variables that one has and the other has not, or that have other values. */
  readonly variables: readonly string[];
  /** The same for labels, less Drover's own. */
  readonly labels: readonly string[];
}

/** The activities of an environment's worker. Each reads, decides, acts and verifies; none returns a configuration. */
export interface RancherActivities {
  /** The policy that holds for this request: the first thing in the history. Talks to nobody. */
  loadPolicy(request: Pick<DeploymentRequest, 'environment' | 'overrides' | 'stack' | 'service'>): Promise<Policy>;
  /** Finds the service by exact names and checks what was asked against it. */
  resolveTarget(input: { request: DeploymentRequest; policy: Policy }): Promise<ResolvedTarget>;
  /**
   * Reads the service, and its containers as asked; with `logSince` (milliseconds since the epoch)
   * also what Rancher logged about it since then. With `upgraded`, the versions of an upgrade that is under way and what it left alone,
   * also which of its containers fails.
   */
  readService(input: About & ReadOptions): Promise<ReadService>;
  /**
   * Reads what explains why a deployment does not get on; null where there is no such service any more. `upgraded` are the versions of the
   * upgrade, where Rancher accepted one; what should run is them, or, while it is restored, the others.
   */
  diagnose(
    input: About & {
      since: number;
      upgraded: readonly ConfigVersion[] | null;
      /** Configurations that the upgrade left alone: their containers are not new, and how often they were started is not its doing. */
      untouched?: readonly string[];
      isRestoring: boolean;
    },
  ): Promise<Diagnosis | null>;
  /** Checks one gate once. */
  checkGate(input: About & { gate: Gate }): Promise<GateCheck>;
  /** Asks a gate of a release once. */
  checkReleaseGate(input: { gate: ReleaseGate }): Promise<GateCheck>;
  /** Sees whether a gate of a release may be asked from here; sends nothing, and fails where it may not. */
  admitReleaseGate(input: { gate: ReleaseGate }): Promise<void>;
  /** Reads the service and computes what would be posted; sends nothing. */
  prepareUpgrade(input: About & { label: string | null }): Promise<PreparedUpgrade>;
  /**
   * Reads again, compares with what was prepared, and posts the upgrade. `firstRunId` is the workflow's first run: another one is there
   * where somebody reset it, and then what that run may still have under way is waited out before.
   */
  postUpgrade(input: About & { round: Round; firstRunId: string }): Promise<PostOutcome>;
  /** Reads again, proves the new containers once more, and sends `finishupgrade` for our own upgrade. */
  finishUpgrade(input: About & { round: Round; acceptUnprovable: boolean }): Promise<ActOutcome>;
  /** Reads again and sends `rollback` for our own upgrade. */
  rollBackUpgrade(input: About & { round: Round }): Promise<ActOutcome>;
  /** Settles somebody else's pending upgrade, if it still is the one that was decided about. */
  settlePending(
    input: About & { action: 'rollback' | 'finishupgrade'; versions: readonly ConfigVersion[] },
  ): Promise<ActOutcome>;
  /** Deactivates a service that was inactive before the upgrade and has been rolled back. */
  deactivateService(input: About & { versions: readonly ConfigVersion[] }): Promise<ActOutcome>;
  /** What an upgrade would change, names only. Reads, never writes. */
  planUpgrade(request: DeploymentRequest): Promise<UpgradePlan>;
  /** What is pending in an environment, whoever began it. Reads, never writes. */
  listPending(input: { environment: string }): Promise<PendingUpgrades>;
  /** How Rancher looks from this worker, and what the worker is. Reads, never writes. */
  examine(input: { environment: string }): Promise<EnvironmentExamined>;
  /** What a stack runs: exact names. A stack that is not there is no failure. Reads, never writes. */
  readStack(input: { environment: string; stack: string }): Promise<WholeStack>;
  /**
   * Makes a service as it is in another environment, and its stack where that is missing, and activates it. Only a worker that serves both
   * does it, so that no configuration leaves it but for Rancher. Asked again, it finds what it made and goes on from there.
   */
  copyService(input: CopyRequest): Promise<CopiedService>;
  /** Removes what {@link copyService} made for this release, and nothing else; done before, it is no failure. */
  removeCopied(input: { releaseId: string; environment: string; stack: string; service: string }): Promise<RemovedCopy>;
  /** How services differ between two environments that this worker serves. Reads, never writes. */
  differences(input: DifferencesRequest): Promise<readonly ServiceDifferences[]>;
  /** A stack as Rancher's compose files, less all values that may be secret. Reads, never writes. */
  showConfig(input: ShowConfigRequest): Promise<ShownConfig>;
}

/** What tells people, by the worker that has their addresses. */
export interface NotifyActivities {
  /** Delivers one event to one target, or fails to be tried again. */
  deliver(input: { event: Notification; target: string }): Promise<void>;
}

/** A run of a workflow. */
export interface LatestRun {
  readonly runId: string;
  /** Null where it is no deployment's. */
  readonly deploymentId: string | null;
}

/** What workflows that carry releases through ask of Temporal itself. */
export interface ReleaseActivities {
  /** What was decided for a release, from the record of it. @throws where there is none, or Temporal does not answer */
  readDecision(input: { releaseId: string }): Promise<DecisionMemo>;
  /** The newest run under a workflow id, running or over, and the deployment that it is; null where there is none. */
  readLatest(input: { workflowId: string }): Promise<LatestRun | null>;
  /** The run of a release that is under way; null where it is over, or somebody ended it. */
  readRun(input: { workflowId: string }): Promise<string | null>;
  /** What became of a deployment, running or over; null where there never was one. */
  readDeployment(input: DeploymentRef): Promise<DeploymentSeen | null>;
  /** The ids of the deployments that run under these workflow ids, in their order; null where none does. */
  readDeployments(input: { workflowIds: readonly string[] }): Promise<readonly (string | null)[]>;
  /** What must not be promoted into an environment, from the memo of the workflow that keeps it; none where there is none. */
  readHolds(input: { workflowId: string }): Promise<readonly Hold[]>;
  /** Whether nothing is released now, and until when. */
  readFreeze(input: {
    windows: readonly FreezeWindow[];
    nowMillis: number;
  }): Promise<{ window: string; untilMillis: number } | null>;
  /** Whether a signature holds, by this worker's keys. */
  verifyApproval(input: {
    decision: 'approve' | 'reject';
    subject: string;
    person: string;
    token: string;
  }): Promise<{ valid: boolean; why: string }>;
}

export type { ShownConfig } from '../workflows/contract';
