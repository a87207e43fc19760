/** A payload as far as this client can read it: one that a codec has encoded keeps its content for itself. */
export type Given =
  { readonly isReadable: true; readonly value: unknown } | { readonly isReadable: false; readonly encoding: string };

/** How the run of a workflow ended, as its history says it. */
export type RunEnd = 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out' | 'continued-as-new';

/** How an activity ended. */
export type ActivityEnd = 'completed' | 'failed' | 'timed-out' | 'cancelled';

/** An event of a workflow's history, of those that tell what happened to a service. */
export type RecordedEvent = {
  /** Its number in the history of the run. */
  readonly id: number;
  /** Milliseconds since the epoch, by the clock of Temporal. */
  readonly at: number;
} & (
  | {
      readonly type: 'started';
      readonly input: Given;
      /** Search attributes, which no codec encodes. */
      readonly attributes: Readonly<Record<string, string>>;
      readonly identity: string;
    }
  | { readonly type: 'attributes'; readonly attributes: Readonly<Record<string, string>> }
  | { readonly type: 'scheduled'; readonly activity: string; readonly input: Given }
  | { readonly type: 'attempt'; readonly scheduledId: number; readonly attempt: number }
  | {
      readonly type: 'answered';
      readonly scheduledId: number;
      readonly how: ActivityEnd;
      readonly result: Given;
      /** The failure's own words, and its type; null where there is none. */
      readonly said: string | null;
      readonly failureType: string | null;
      readonly identity: string;
    }
  | {
      /** `admitted`: an update that a reset has put into the new run again. */
      readonly type: 'update' | 'signal' | 'admitted';
      readonly name: string;
      readonly input: Given;
      /** What comes after it, where a message has more than one part. */
      readonly second?: Given;
      readonly identity: string;
    }
  /** What the workflow answered to an update that it had accepted. */
  | {
      readonly type: 'update-answered';
      readonly acceptedId: number;
      readonly result: Given;
      /** Where it failed, its words; else null. */
      readonly said: string | null;
    }
  /** The workflow has acted on what came before. */
  | { readonly type: 'turn' }
  | { readonly type: 'cancel-requested'; readonly cause: string; readonly identity: string }
  | { readonly type: 'reset'; readonly baseRunId: string; readonly reason: string; readonly identity: string }
  | {
      readonly type: 'ended';
      readonly how: RunEnd;
      readonly result: Given;
      readonly reason: string;
      readonly identity: string;
    }
);

/** Nothing was given. */
export const NOTHING: Given = { isReadable: true, value: undefined };

/** What was given, as far as it can be read. */
export function valueOf(given: Given): unknown {
  return given.isReadable ? given.value : undefined;
}
