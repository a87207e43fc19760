import type { HistoryEvent } from '../../support/stack';
import type { Snapshot } from './kept-history';
import { lostEvents, phaseIn } from './kept-history';

const phase = (name: string): object => ({
  searchAttributes: {
    indexedFields: { DroverPhase: { data: Buffer.from(JSON.stringify(name)).toString('base64') } },
  },
});

const STARTED: HistoryEvent = {
  eventId: '1',
  eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
  workflowExecutionStartedEventAttributes: phase('resolving'),
};
const UPSERT: HistoryEvent = {
  eventId: '2',
  eventType: 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  upsertWorkflowSearchAttributesEventAttributes: phase('waiting'),
};
const TIMER: HistoryEvent = { eventId: '3', eventType: 'EVENT_TYPE_TIMER_STARTED', timer: { id: '1', millis: 200 } };

const snapshot = (...events: HistoryEvent[]): Snapshot => ({ service: 'web', workflowId: 'w', runId: 'r', events });

describe('a history that was seen before a kill', () => {
  test('may have grown', () => {
    expect(lostEvents(snapshot(STARTED, UPSERT), [STARTED, UPSERT, TIMER])).toEqual([]);
  });

  test('may come with its keys in another order', () => {
    const other: HistoryEvent = { timer: { millis: 200, id: '1' }, eventType: TIMER.eventType, eventId: '3' };
    expect(lostEvents(snapshot(STARTED, UPSERT, TIMER), [STARTED, UPSERT, other])).toEqual([]);
  });

  test('has lost what is not there any more', () => {
    expect(lostEvents(snapshot(STARTED, UPSERT), [STARTED])).toEqual([
      expect.stringMatching(/event 2 .*UPSERT.* is lost/) as string,
    ]);
  });

  test('has lost everything where nothing is there', () => {
    expect(lostEvents(snapshot(STARTED, UPSERT), [])).toHaveLength(2);
  });

  test('must not have been written anew', () => {
    const other: HistoryEvent = { ...TIMER, timer: { id: '1', millis: 300 } };
    expect(lostEvents(snapshot(STARTED, UPSERT, TIMER), [STARTED, UPSERT, other])).toEqual([
      expect.stringMatching(/event 3 .* another one/) as string,
    ]);
  });
});

describe('the phase that a history had come to', () => {
  test('is the one that it was started with', () => expect(phaseIn([STARTED])).toBe('resolving'));
  test('is the last one that was written', () => expect(phaseIn([STARTED, UPSERT, TIMER])).toBe('waiting'));
  test('is not known where nothing is there', () => expect(phaseIn([])).toBe('nothing yet'));
});
