/** How a build of Drover's workers stands. */
export const BUILD_STATES = {
  current: 'new work comes to it',
  ramping: 'a part of new work comes to it',
  draining: 'what began on it is not over: its workers are needed',
  drained: 'nothing runs on it any more: its workers can go',
  inactive: 'it was never current',
} as const;
export type BuildState = keyof typeof BUILD_STATES;

/** One build of the workers, as Temporal knows it. */
export interface BuildStanding {
  readonly buildId: string;
  readonly state: BuildState;
  /** Of new work, where it is ramping; else null. */
  readonly percent: number | null;
  /** Its workflows that run now, at most a hundred of them. */
  readonly running: readonly RunningOn[];
  /** How many there are in all. */
  readonly count: number;
  /** Some worker of it asked for work within the last minute or so. */
  readonly isPolled: boolean;
  /** When Temporal saw it first, milliseconds since the epoch. */
  readonly since: number;
}

/** A workflow that runs on a build. */
export interface RunningOn {
  readonly workflowId: string;
  readonly type: string;
}

/** All builds of a deployment, the newest first. */
export interface Builds {
  /** Name of the Worker Deployment. */
  readonly deployment: string;
  /** Null: new work goes to unversioned workers. */
  readonly current: string | null;
  readonly builds: readonly BuildStanding[];
}
