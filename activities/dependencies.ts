import type { Policy } from '../decision/policy';
import type { Verdict } from '../decision/verdict';
import type { DeploymentRequest } from '../decision/request';
import type { RancherClient } from '../rancher/rancher-client';
import type { ServiceWatch } from './service-watch';

/** What the activities are given by the worker. */
export interface ActivityDependencies {
  /** @throws an error whose message tells what to configure, for an environment that this worker does not serve */
  environment(alias: string): EnvironmentAccess;
  /** Another environment that this worker serves too; undefined for one that it does not. Left out: it serves no other. */
  alsoServed?(alias: string): EnvironmentAccess | undefined;
  /** The worker's own secret, with which digests are keyed; not one of Rancher's keys. */
  readonly digestKey: Uint8Array;
  /** Of Drover, as this worker is; undefined where it was not told. */
  readonly version?: string | undefined;
  /** The installation that the worker belongs to, for the label of what is posted. Left out where it is not known. */
  readonly installation?: string;
  /**
   * Whether a pending upgrade with this label (see `decision/deployment-label.ts`), of another installation or of one that it does not
   * name, is left alone whatever the policy says. Left out: none is.
   */
  readonly leavesAlone?: (label: string) => boolean;
}

/** One environment as this worker knows it: how to reach its Rancher, and what may be done there. */
export interface EnvironmentAccess {
  readonly alias: string;
  /** The project's name or id, as configured. */
  readonly project: string;
  /** Address of Rancher's UI, without a trailing slash. */
  readonly webUrl: string;
  /** A client with the keys as they are now. */
  client(): RancherClient;
  /** Whether its event stream is to be used; left out: it is. */
  readonly events?: boolean;
  /** Its event stream; left out where there is none. */
  readonly watch?: ServiceWatch | undefined;
  policy(request: Pick<DeploymentRequest, 'overrides' | 'stack' | 'service'>): Policy;
  /**
   * What a gate of the policy checks; its secrets are read anew each time.
   * @throws an error naming what is missing, never a value
   */
  gate(name: string): GateSettings;
  /**
   * The headers of a probe that a release asks for, resolved: to the names of headers those of secrets. Left out: nothing may be probed.
   * @throws an error where that server may not be probed from here, or a secret is missing; it tells no value
   */
  probe?(url: string, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** The alias of another configured environment that means the same project (one by its name, the other one by its id, say). */
  twinOf?(project: { readonly id: string; readonly name: string }): string | undefined;
  /**
   * The value behind a reference for an environment variable; read anew each time.
   * @throws an error naming the reference and the known ones, never a value
   */
  variable(reference: string): string;
}

/** What the activities that tell people are given. */
export interface NotifyDependencies {
  /**
   * Where a target of the policy is; read anew each time.
   * @throws an error naming what is missing, never a value
   */
  target(name: string): TargetSettings;
  /** A run of a workflow in Temporal Web; null where its address is not known. */
  workflowUrl(workflowId: string, runId: string): string | null;
}

/** Where and how people are told. */
export interface TargetSettings {
  readonly kind: 'webhook' | 'slack';
  /** May hold a secret: it is repeated nowhere. */
  readonly url: string;
  /** Resolved; they are repeated nowhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** `{service}` and the like stand for what the event tells; undefined: the usual one. */
  readonly template: string | undefined;
}

/** What a gate checks, as the environment's worker has it configured. `{environment}`, `{stack}` and `{service}` stand for the names. */
export type GateSettings = HttpGateSettings | ExecGateSettings;

/** A request that must be answered so. */
export interface HttpGateSettings {
  readonly kind: 'http';
  readonly url: string;
  readonly status: number;
  /** Text that the body must hold; undefined: any body will do. */
  readonly contains: string | undefined;
  /** Resolved; they are repeated nowhere. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A program that must end with exit code 0. */
export interface ExecGateSettings {
  readonly kind: 'exec';
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
}

/** Where a deployment is found. */
export interface DeploymentRef {
  /** Of the deployments of its service. */
  readonly workflowId: string;
  /** Of the record that there is where it never ran. */
  readonly recordId: string;
  readonly requestId: string;
  readonly deploymentId: string;
}

/** What became of a deployment. */
export type DeploymentSeen = { readonly workflowId: string; readonly runId: string } & (
  | { readonly is: 'running' }
  | { readonly is: 'over'; readonly verdict: Verdict; readonly reason: string; readonly nextStep: string }
);

/** What the activities that carry releases through are given. */
export interface ReleaseDependencies {
  /** The memo of a workflow in Temporal, running or over; of its newest run. Null where there is no such workflow. */
  memoOf(workflowId: string): Promise<Readonly<Record<string, unknown>> | null>;
  /** The newest run of a workflow in Temporal, running or over, and its memo. Null where there is no such workflow. */
  latestRunOf(
    workflowId: string,
  ): Promise<{ readonly runId: string; readonly memo: Readonly<Record<string, unknown>> } | null>;
  /** The run of a workflow in Temporal that is under way; null where none is. */
  runOf(workflowId: string): Promise<string | null>;
  /** What became of a deployment, running or over; null where there never was one. */
  deploymentOf(ref: DeploymentRef): Promise<DeploymentSeen | null>;
  /** Secrets with which approvals may be signed, by their ids; read anew each time. */
  approvalKeys(): ReadonlyMap<string, string>;
}
