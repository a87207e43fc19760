import type { ApprovalRule } from './approval';
import type { FreezeWindow } from './freeze-window';
import type { Author } from './request';

/**
 * How the environments of a stage follow each other.
 * - `sequence`: one after the other.
 * - `parallel`: all at once.
 * - `canary`: the first alone, then the others at once.
 */
export const STAGE_ORDERS = ['sequence', 'parallel', 'canary'] as const;
export type StageOrder = (typeof STAGE_ORDERS)[number];

/** One step of a pipeline: images that are verified in one environment are released in others. All times in milliseconds. */
export interface PipelineStage {
  readonly name: string;
  /** The environment whose verified images are promoted. */
  readonly from: string;
  /** Where they are released; at least one. */
  readonly environments: readonly string[];
  readonly order: StageOrder;
  /** Who has to say yes before it begins; null where nobody is asked. */
  readonly approvals: ApprovalRule | null;
  /** How long after its release it has to stay good before it counts as passed. */
  readonly soakMillis: number;
  /** When nothing is released in it. */
  readonly freeze: readonly FreezeWindow[];
}

/** What was asked for a stack through many environments. */
export interface PipelineRequest {
  /** Version of the message, see `MESSAGE_VERSION`. Default: 1. */
  readonly version?: number;
  readonly requestId: string;
  readonly pipelineId: string;
  /** As the file calls it; a part of workflow ids. */
  readonly name: string;
  readonly stack: string;
  /** Null: all of the stack in the first environment. */
  readonly services: readonly string[] | null;
  /** At least one. */
  readonly stages: readonly PipelineStage[];
  /** The environment variables of each service are merged too, from where its image comes from. Default false. */
  readonly withSettings?: boolean;
  /** Nothing is written: it only shows what each stage would change. Default false. */
  readonly planOnly?: boolean;
  /** What is missing in a target is created from its definition in the source. Default false. */
  readonly createMissing?: boolean;
  /** Freezes, approvals and holds are passed over from the start: who says so, and why. Default: they are kept. */
  readonly breakGlass?: { readonly by: string; readonly why: string };
  readonly author: Author;
}

/** What holds where a stage does not say otherwise. */
export const STAGE_DEFAULTS = {
  approvals: { count: 1, distinctFromRequester: true, expiresMillis: 24 * 3_600_000, signed: false },
  soakMillis: 0,
} as const;

/** How many stages one pipeline may have. */
export const MOST_STAGES = 50;
/** How many environments one stage may have. */
export const MOST_ENVIRONMENTS = 50;

/** The environments of a stage in groups: those of one group at once, when the group before is passed. */
export function stageGroups({ environments, order }: Pick<PipelineStage, 'environments' | 'order'>): string[][] {
  const [first, ...others] = environments;
  if (first === undefined) return [];
  switch (order) {
    case 'sequence':
      return environments.map((environment) => [environment]);
    case 'parallel':
      return [[...environments]];
    case 'canary':
      return others.length === 0 ? [[first]] : [[first], others];
    default:
      return order satisfies never;
  }
}
