import type { JournalEntry } from '../../../simulator/model';
import type { Decision, ReleaseResult } from '../../../workflows/release-contract';
import type { CasePlan } from './case-plan';

/** A service as Rancher shows it. */
export interface ServiceLook {
  /** `removed` where there is none. */
  readonly state: string;
  readonly image: string;
  readonly version: string;
  /** Image and version of each container that runs, sorted. */
  readonly running: readonly string[];
}

/** One service of a release, before and after. */
export interface ServiceSeen {
  readonly name: string;
  readonly wave: number;
  readonly scale: number;
  readonly before: ServiceLook;
  readonly after: ServiceLook;
  /** Its deployment's verdict; null where it never began. */
  readonly verdict: string | null;
}

/** Everything that is known of a release after its end. */
export interface ReleaseSeen {
  readonly plan: Exclude<CasePlan, { kind: 'lane' }>;
  readonly services: readonly ServiceSeen[];
  /** Rancher's own, oldest first. */
  readonly journal: readonly JournalEntry[];
  /** The release's own words; null where somebody terminated it. */
  readonly result: ReleaseResult | null;
  /** The record of the decision; null where there is none. */
  readonly record: { readonly decision: Decision; readonly at: number } | null;
}
