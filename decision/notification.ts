import type { Verdict } from './verdict';

/** What people are told of: that a deployment began, that it waits for a person, and how it ended. */
export const NOTIFIED_EVENTS = ['started', 'waiting', 'verdict'] as const;
export type NotifiedEvent = (typeof NOTIFIED_EVENTS)[number];

/** Where people are told, as the policy names it: an address and its secrets stay with the environment's worker. */
export interface NotificationTarget {
  /** As configured; unique within an environment. */
  readonly name: string;
  readonly events: readonly NotifiedEvent[];
}

/** What an event may be about. */
export type NotifiedKind = 'deployment' | 'release' | 'pipeline';

/** One event, for whoever is told: names and words, never a value of a configuration. */
export interface Notification {
  /** Stays the same however often it is delivered; the header `Event-Id`. */
  readonly id: string;
  /** A promotion is a pipeline of one stage. */
  readonly kind: NotifiedKind;
  readonly event: NotifiedEvent;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of a release or a pipeline all that it is about, separated by a comma and a space; so is the stack. */
  readonly environment: string;
  readonly stack: string;
  /** Empty for a release or a pipeline. */
  readonly service: string;
  /** Of a release or a pipeline its own id. */
  readonly deploymentId: string;
  readonly requestId: string;
  readonly workflowId: string;
  readonly runId: string;
  /** `web → example/web:2`, or what else was asked. */
  readonly asked: string;
  readonly by: string;
  readonly why: string | null;
  /** Null before the end. */
  readonly verdict: Verdict | null;
  /** Why it waits, or how it ended; empty where it began. */
  readonly reason: string;
  /** What a person should do now; empty where nothing. */
  readonly nextStep: string;
  /** Commands that make sense now, most likely first. */
  readonly commands: readonly string[];
  readonly rancherUrl: string | null;
}

/**
 * The id of an event: made of what it is, so that telling it again, from whatever point of the history, is recognised. The time is the
 * workflow's own, which a replay repeats.
 *
 * @param id of the deployment, the release or the pipeline
 */
export function eventIdOf(id: string, event: NotifiedEvent, at: number): string {
  return `${id}.${event}.${at}`;
}
