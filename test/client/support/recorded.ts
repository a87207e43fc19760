import type { Given, RecordedEvent } from '../../../client/history/recorded-event';
import { NOTHING } from '../../../client/history/recorded-event';
import { START } from './samples';

type WithoutPlace<T> = T extends unknown ? Omit<T, 'id' | 'at'> : never;
/** What an event tells, without its place in a history. */
export type Told = WithoutPlace<RecordedEvent>;

export const given = (value: unknown): Given => ({ isReadable: true, value });
export const encoded: Given = { isReadable: false, encoding: 'binary/encrypted' };

export const REQUEST = {
  requestId: 'r1',
  deploymentId: 'd0123456789ab',
  image: 'example/web:2',
  sidekicks: { log: 'example/log:2' },
  variables: { PASSWORD: 'password' },
  labels: { team: 'canary' },
  redeploy: false,
  hold: true,
  author: { by: 'jane@host', why: 'ticket 7' },
};

export const started: Told = {
  type: 'started',
  input: given(REQUEST),
  attributes: { DroverRequester: 'jane@host', DroverImage: 'example/web:2', DroverRequest: 'r1' },
  identity: '1@host',
};
export const phase = (name: string): Told => ({
  type: 'attributes',
  attributes: { DroverPhase: name },
});
export const signal = (name: string, input: unknown = {}): Told => ({
  ...{ type: 'signal', name, input: given(input), identity: '2@host' },
});
export const turn: Told = { type: 'turn' };
export const scheduled = (activity: string, input: unknown = {}): Told => ({
  ...{ type: 'scheduled', activity, input: given(input) },
});
export const answered = (scheduledId: number, result: unknown): Told => ({
  ...{ type: 'answered', scheduledId, how: 'completed', result: given(result) },
  ...{ said: null, failureType: null, identity: '3@worker' },
});
export const ended = (how: 'completed' | 'terminated', result: Given = NOTHING): Told => ({
  ...{ type: 'ended', how, result, reason: how === 'terminated' ? 'by hand' : '', identity: '4@host' },
});

/** Events as a history has them: numbered from 1 on, a second apart. */
export function history(...events: readonly Told[]): RecordedEvent[] {
  return events.map((event, at) => ({ ...event, id: at + 1, at: START + at * 1000 }));
}
