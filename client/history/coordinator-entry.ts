import type { Intervened, Over } from './history-entry';

/** Workflows besides deployments in which people have a say. */
export const COORDINATOR_KINDS = ['release', 'pipeline', 'holds'] as const;
export type CoordinatorKind = (typeof COORDINATOR_KINDS)[number];

/** Who asked for a release or a pipeline. */
export interface CoordinatorAsked {
  readonly event: 'asked';
  /** Null where neither the request nor a search attribute tells it. */
  readonly by: string | null;
  readonly why: string | null;
  /** Services of a release, as `environment/stack/service`; else empty. */
  readonly services: readonly string[];
  /** Stages of a pipeline, as `from → environments`; else empty. */
  readonly stages: readonly string[];
  /** Who asked to go past freezes, approvals and holds from the start, and why; null where nobody did. */
  readonly breakGlass: { readonly by: string | null; readonly why: string | null } | null;
  /** Of the client that started it, as Temporal knows it. */
  readonly identity: string;
}

/** Somebody stepped in. A signature that came with it is never a part of this. */
export interface CoordinatorIntervened extends Intervened {
  /** Of an approval: what was said, and the stage that it is about. */
  readonly decision?: 'approve' | 'reject';
  readonly stage?: string;
  /** What is let go: the id of what was held. */
  readonly hold?: string;
}

/** Something that the history of a release, a pipeline or of what is held tells. */
export type CoordinatorEntry = {
  /** Stays the same whenever and by whomever it is read. */
  readonly id: string;
  /** Milliseconds since the epoch, by the clock of Temporal. */
  readonly at: number;
  readonly unreadable: readonly string[];
} & (CoordinatorAsked | CoordinatorIntervened | Over);

/** What it is called and what it is about, as its history begins. */
export interface CoordinatorPlace {
  /** As the file calls it; null where it has no name. */
  readonly title: string | null;
  readonly requestId: string | null;
  readonly environments: readonly string[];
  readonly stacks: readonly string[];
}
