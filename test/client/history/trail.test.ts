import { recordOf } from '../../../client/history/deployment-record';
import { timelineOf } from '../../../client/history/timeline-of';
import type { HistoryEntry } from '../../../client/history/history-entry';
import { Trail } from '../../../client/history/trail';
import {
  ended as over,
  REQUEST,
  answered,
  encoded,
  given,
  history,
  phase,
  scheduled,
  signal,
  started,
  turn,
} from '../support/recorded';
import type { Told } from '../support/recorded';
import { result, START } from '../support/samples';

const trail = (...events: readonly Told[]): HistoryEntry[] => {
  const told = new Trail((eventId) => `run/${String(eventId)}`);
  for (const event of history(...events)) told.add(event);
  return told.entries;
};

describe('what a history tells', () => {
  it('who asked for what, by names and without values', () => {
    const [asked] = trail(started);
    expect(asked).toEqual({
      ...{ id: 'run/1', at: START, unreadable: [], event: 'asked', by: 'jane@host', why: 'ticket 7' },
      ...{
        overrides: [],
        requestId: 'r1',
        deploymentId: 'd0123456789ab',
        image: 'example/web:2',
        sidekicks: { log: 'example/log:2' },
      },
      ...{ variables: ['PASSWORD'], labels: ['team'], redeploy: false, hold: true, identity: '1@host' },
    });
    expect(JSON.stringify(asked)).not.toContain('canary');
  });

  it('what is in clear of a request that a codec has encoded, and that it has', () => {
    const [asked] = trail({ ...started, input: encoded } as Told);
    expect(asked).toMatchObject({
      by: 'jane@host',
      why: null,
      image: 'example/web:2',
      requestId: 'r1',
      deploymentId: null,
    });
    expect(asked?.unreadable).toEqual(['binary/encrypted']);
  });

  it('what is no request of Drover at all', () => {
    for (const odd of [null, 7, 'text', [], { author: 'x', sidekicks: [], image: {} }])
      expect(trail({ ...started, input: given(odd), attributes: {} } as Told)[0]).toMatchObject({
        ...{ event: 'asked', by: null, image: null, requestId: null, sidekicks: {} },
      });
  });

  it.each([
    ['a confirmation too early is refused', ['waiting'], 'confirm', 'refused'],
    ['a confirmation in time is taken', ['waiting', 'verifying', 'confirming'], 'confirm', 'taken'],
    ['a cancel is taken', ['waiting'], 'cancel', 'taken'],
    ['a cancel after the finish is refused', ['waiting', 'finishing'], 'cancel', 'refused'],
    ['a rollback of one that parked after the finish is refused', ['finishing', 'parked'], 'rollback', 'refused'],
    ['a rollback of one that parked before is taken', ['waiting', 'parked'], 'rollback', 'taken'],
    ['a cancel after a finish that was not sent is taken', ['finishing', 'verifying', 'parked'], 'cancel', 'taken'],
    ['a message that Drover does not know is ignored', ['waiting'], 'stop', 'ignored'],
  ])('%s', (_title, phases, name, outcome) => {
    const entry = trail(started, ...phases.map(phase), signal(name)).at(-1);
    expect(entry).toMatchObject({ event: 'intervention', name, outcome, phase: phases.at(-1), how: 'signal' });
  });

  const ORDER = { deploymentId: REQUEST.deploymentId, do: 'commit', by: 'pat@host', why: 'confirm by pat@host' };
  it.each([
    ['a release that finishes', ['confirming'], 'decide', ORDER, 'taken'],
    ['a release that goes back', ['confirming'], 'decide', { ...ORDER, do: 'roll-back' }, 'taken'],
    ['one that goes back too late', ['finishing'], 'decide', { ...ORDER, do: 'roll-back' }, 'refused'],
    ["another deployment's order", ['confirming'], 'decide', { ...ORDER, deploymentId: 'another' }, 'ignored'],
    ['what is no order', ['confirming'], 'decide', { ...ORDER, do: 'dance' }, 'ignored'],
    ['a lane whose newer deployment takes its place', ['waiting'], 'supersede', { ...ORDER, id: 'r2' }, 'taken'],
    ['a lane that comes too late', ['finishing'], 'supersede', { ...ORDER, id: 'r2' }, 'refused'],
  ])('%s: by whom, why and what came of it', (_title, phases, name, input, outcome) => {
    const entry = trail(started, ...phases.map(phase), signal(name, input)).at(-1);
    expect(entry).toMatchObject({ event: 'intervention', name, outcome, by: 'pat@host', why: 'confirm by pat@host' });
    expect(JSON.stringify(entry)).not.toContain('no such message');
  });

  it('that a `retry` was refused where the last upgrade was posted, or adopted', () => {
    const policy = { maxRounds: 2 };
    const post = (number: number): readonly Told[] => [
      phase('upgrading'),
      scheduled('postUpgrade', { policy, round: { number, posted: [] } }),
      phase('waiting'),
    ];
    const outcomeAfter = (...before: readonly Told[]): unknown => trail(started, ...before, signal('retry')).at(-1);
    expect(outcomeAfter(...post(1))).toMatchObject({ outcome: 'taken' });
    expect(outcomeAfter(...post(1), phase('parked'), phase('waiting'))).toMatchObject({ outcome: 'taken' });
    const refused = { outcome: 'refused', meaning: expect.stringContaining('2 of 2') as unknown };
    expect(outcomeAfter(...post(1), phase('rolling-back'), ...post(2))).toMatchObject(refused);
    expect(outcomeAfter(...post(1), phase('rolling-back'), phase('settling'), phase('waiting'))).toMatchObject(refused);
  });

  it('a release that looks again is nobody who steps in, and one that says it twice is taken once', () => {
    const twice = trail(started, signal('decide', ORDER), signal('decide', ORDER));
    expect(twice.slice(1)).toMatchObject([{ outcome: 'taken' }, { outcome: 'repeated' }]);
    expect(trail(started, signal('decide', { ...ORDER, do: 'look-again', look: 1 }))).toHaveLength(1);
    const unread = trail(started, { ...signal('decide'), input: encoded } as Told).at(-1);
    expect(unread).toMatchObject({ outcome: 'unknown', unreadable: ['binary/encrypted'] });
  });

  it('nobody confirms a part of a release alone', () => {
    const part = { ...started, input: given({ ...REQUEST, release: { releaseId: 'l1' } }) } as Told;
    expect(trail(part, phase('confirming'), signal('confirm')).at(-1)).toMatchObject({ outcome: 'refused' });
  });

  it('a retry is taken where Rancher was away, from the turn on in which the deployment has seen it', () => {
    const away = { ...answered(3, null), how: 'failed', failureType: 'RancherUnreachable' } as Told;
    const refused = { ...away, failureType: 'Unauthorised' } as Told;
    const before = [started, phase('confirming'), scheduled('readService')];
    const outcomeOf = (...events: readonly Told[]): unknown => trail(...before, ...events, signal('retry')).at(-1);
    expect(outcomeOf(away, turn)).toMatchObject({
      outcome: 'taken',
      meaning: expect.stringMatching(/asks Rancher again/),
    });
    expect(outcomeOf(away)).toMatchObject({ outcome: 'refused' });
    expect(outcomeOf(refused, turn)).toMatchObject({ outcome: 'refused' });
    expect(outcomeOf(away, turn, phase('parked'), phase('confirming'))).toMatchObject({ outcome: 'refused' });
    expect(outcomeOf(away, turn, scheduled('readService'), answered(6, {}), turn)).toMatchObject({
      outcome: 'refused',
    });
  });

  it('the same message sent twice counts once; another under its id does not', () => {
    const entries = trail(
      started,
      phase('waiting'),
      ...['retry', 'retry', 'cancel'].map((name) => signal(name, { id: 'm' })),
    );
    expect(entries.slice(2)).toMatchObject([{ outcome: 'taken' }, { outcome: 'repeated' }, { outcome: 'taken' }]);
  });

  it('odd messages, as far as they say something', () => {
    const entries = trail(started, ...['jane', null, { by: 7, why: '' }].map((input) => signal('retry', input)));
    expect(entries.slice(1)).toMatchObject([
      { by: 'jane', why: null },
      { by: null, why: null },
      { by: null, why: null },
    ]);
  });

  it('a cancellation in Temporal, taken or too late', () => {
    const cancel = { type: 'cancel-requested', cause: 'why not', identity: 'me@host' } as const;
    expect(trail(started, phase('waiting'), cancel).at(-1)).toMatchObject({
      how: 'Temporal',
      outcome: 'taken',
      why: 'why not',
    });
    expect(trail(started, phase('finishing'), cancel).at(-1)).toMatchObject({ how: 'Temporal', outcome: 'refused' });
  });

  it('what went to Rancher, how often it was attempted, and what came of it', () => {
    const round = { number: 2, posted: [{ config: 'log', image: 'docker:example/log:2', digest: 'x' }] };
    const entries = trail(
      started,
      scheduled('readService'),
      answered(2, { state: 'active' }),
      scheduled('postUpgrade', { round }),
      { type: 'attempt', scheduledId: 4, attempt: 3 },
      answered(4, { outcome: 'accepted' }),
      scheduled('settlePending', { action: 'finishupgrade' }),
      { ...answered(7, null), how: 'failed', said: 'no reply', failureType: 'UnknownOutcome' } as Told,
      scheduled('rollBackUpgrade', { round }),
    );
    expect(entries.slice(1)).toMatchObject([
      { id: 'run/4', step: 'begun', action: 'upgrade', round: 2, images: { log: 'docker:example/log:2' } },
      { id: 'run/6', step: 'answered', action: 'upgrade', outcome: 'accepted', attempts: 3, begun: 'run/4' },
      { action: "finish of somebody else's", round: null },
      { step: 'answered', outcome: 'failed', failure: 'UnknownOutcome', said: 'no reply', begun: 'run/7' },
      { step: 'begun', action: 'rollback', round: 2 },
    ]);
  });

  it('the same, however much comes after it: a longer history only adds', () => {
    const events = [started, phase('waiting'), signal('cancel'), phase('rolling-back'), over('terminated')];
    const whole = trail(...events);
    for (let count = 0; count <= events.length; count += 1) {
      const part = trail(...events.slice(0, count));
      expect(whole.slice(0, part.length)).toEqual(part);
    }
  });
});

describe('the record of a deployment', () => {
  it('has its end, its result, and where the time went', () => {
    const events = history(
      started,
      phase('waiting'),
      phase('finishing'),
      phase('done'),
      over('completed', given(result())),
    );
    const record = recordOf('run', events);
    expect(record).toMatchObject({
      ...{ over: { verdict: 'succeeded', how: 'completed', rounds: 1 }, endedAt: START + 4000, state: 'active' },
      ...{ images: result().images, rancherUrl: result().rancherUrl, result: result(), unreadable: [] },
    });
    expect(timelineOf(record.entries, START + 9_000_000)).toEqual([
      { phase: 'resolving', from: START, to: START + 1000 },
      { phase: 'waiting', from: START + 1000, to: START + 2000 },
      { phase: 'finishing', from: START + 2000, to: START + 3000 },
    ]);
  });

  it('of one that runs goes up to now, and tells what activities found', () => {
    const found = {
      rancherUrl: 'http://rancher/1s7',
      images: result().images,
      service: { state: 'active', message: null },
    };
    const read = { state: 'upgrading', message: 'pulls' };
    const events = history(
      ...[started, scheduled('resolveTarget'), answered(2, found), phase('waiting')],
      ...[scheduled('readService'), answered(5, read)],
    );
    const record = recordOf('run', events);
    expect(record).toMatchObject({ over: null, endedAt: null, result: null, state: 'upgrading', message: 'pulls' });
    expect(record).toMatchObject({ images: result().images, rancherUrl: 'http://rancher/1s7' });
    expect(timelineOf(record.entries, START + 60_000).at(-1)).toEqual({
      ...{ phase: 'waiting', from: START + 3000, to: START + 60_000 },
    });
  });

  it('of one that was reset has the ids that its events had where they happened', () => {
    const reset = { type: 'reset', baseRunId: 'before', reason: '', identity: 'server' } as const;
    const record = recordOf('run', history(started, signal('retry'), reset, signal('cancel')));
    expect(record.entries.map(({ id }) => id)).toEqual(['before/1', 'before/2', 'run/3', 'run/4']);
    const again = history(started, reset, signal('retry'), { ...reset, baseRunId: 'between' }, signal('cancel'));
    expect(recordOf('run', again).entries.map(({ id }) => id)).toEqual([
      ...['before/1', 'between/2', 'between/3', 'run/4', 'run/5'],
    ]);
  });

  it('of a terminated workflow has no verdict and no result', () => {
    const record = recordOf('run', history(started, phase('waiting'), over('terminated')));
    expect(record).toMatchObject({ over: { verdict: null, how: 'terminated', reason: 'by hand' }, result: null });
    expect(record.entries.at(-2)).toMatchObject({ name: 'terminate', identity: '4@host', why: 'by hand' });
  });

  it('takes nothing for a result that is none', () => {
    for (const odd of [null, {}, { verdict: 'succeeded' }, { verdict: 1, timeline: [], images: [] }])
      expect(recordOf('run', history(started, over('completed', given(odd)))).result).toBeNull();
    expect(REQUEST.hold).toBe(true);
  });
});
