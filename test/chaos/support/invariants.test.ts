import type { Evidence, Violation } from './evidence';
import { checkDeployment } from './invariants';
import {
  action,
  activity,
  CASE,
  COMPLETED,
  goodEvidence,
  moved,
  POLICY_EVENTS,
  POSTED,
  SECRET,
  timer,
  UPGRADE,
} from './sample-evidence';

const found = (change: Partial<Evidence>): Violation[] =>
  checkDeployment({ ...goodEvidence(), ...change }, CASE.canaries);
const numbers = (change: Partial<Evidence>): unknown[] => [...new Set(found(change).map(({ invariant }) => invariant))];

const good = goodEvidence();
const posting = (rawBody: string): Partial<Evidence> => ({
  journal: [action('upgrade', undefined, rawBody), ...good.journal.slice(1)],
});
const outcome = (change: Partial<Evidence['outcome']>): Partial<Evidence> => ({
  outcome: { ...good.outcome, ...change },
});
const history = (...events: Evidence['history'][number][]): Partial<Evidence> => ({
  history: [...POLICY_EVENTS, ...events, COMPLETED],
});

test('nothing is found where nothing is wrong', () => {
  expect(found({})).toEqual([]);
});

describe('what is broken is found', () => {
  test.each<[string, Partial<Evidence>]>([
    ['the same round is accepted twice', { journal: [UPGRADE, ...good.journal] }],
    ['nothing was accepted at all', { journal: good.journal.slice(1) }],
    ['our label is missing', posting(POSTED.replace(',"io.drover.deployment":"d1.1"', ''))],
  ])('1: %s', (_, change) => {
    expect(numbers(change)).toContain(1);
  });

  test('2: a good upgrade is rolled back, and nobody asked for it', () => {
    const journal = [UPGRADE, moved('active', 'upgrading'), action('rollback'), moved('upgrading', 'active')];
    expect(numbers({ journal })).toContain(2);
    expect(numbers({ journal, said: [{ name: 'cancel', how: 'taken' }] })).not.toContain(2);
  });

  test.each([['finishupgrade'], ['continueupgrade']])('3: %s after somebody cancelled the upgrade', (name) => {
    const journal = [UPGRADE, action('cancelupgrade', 'person'), moved('canceling-upgrade', 'canceled-upgrade')];
    expect(numbers({ journal: [...journal, action(name)] })).toContain(3);
    expect(numbers({ journal: [...journal, action(name, 'person')] })).not.toContain(3);
    expect(numbers({ journal: [...journal, action('rollback'), action(name)] })).not.toContain(3);
  });

  test.each([
    ['a digit of a big number', '12345678901234567890.0', '12345678901234567000'],
    ['an unknown field', ',"none":[]', ''],
    ['a label', '"team":"shop",', ''],
    ['a value', SECRET, 'another'],
    ['the version', '"version":"0"', '"version":"1"'],
    ['the image', 'example/web:2', 'example/web:3'],
    ['something that was not asked for', '"imageUuid"', '"tty":true,"imageUuid"'],
    ['the round of another deployment', '"d1.1"', '"d2.1"'],
    ['a setting of the strategy that nobody has', '"batchSize"', '"more":1,"batchSize"'],
    ['a sidekick that was not asked for', '{"batchSize"', '{"secondaryLaunchConfigs":[{"name":"x"}],"batchSize"'],
  ])('4: what was posted differs in %s', (_, from, to) => {
    expect(POSTED).toContain(from);
    expect(numbers(posting(POSTED.replaceAll(from, to)))).toContain(4);
  });

  test.each([
    ['in clear', SECRET],
    ['in base64', Buffer.from(`and ${SECRET}`).toString('base64')],
    ['cut off', SECRET.slice(0, 15)],
  ])('5: a secret is told %s', (_, text) => {
    expect(numbers(outcome({ reason: `it said ${text}` }))).toContain(5);
    expect(numbers({ told: ['one', text] })).toContain(5);
    const told = { eventId: '98', eventType: 'EVENT_TYPE_MARKER_RECORDED', details: text };
    expect(numbers({ history: [...good.history, told] })).toContain(5);
  });

  test.each<[string, Partial<Evidence>]>([
    ['the workflow goes on', { history: good.history.slice(0, -1) }],
    ['there is no reason', outcome({ reason: '' })],
    ['there is no next step where one is due', outcome({ verdict: 'rolled-back', nextStep: '' })],
    ['an activity is still under way', history(...activity(5, 'readService').slice(0, 2))],
    ['an activity has no limit', history(...withoutLimit(activity(5, 'readService'), 'startToCloseTimeout'))],
    ['its attempts have no end', history(...withoutLimit(activity(5, 'postUpgrade'), 'retryPolicy'))],
    ['a timer waits beyond every limit', history(timer(9, 61))],
  ])('6: %s', (_, change) => {
    expect(numbers(change)).toContain(6);
  });

  test('7: the rollback begins while the POST is under way', () => {
    const [scheduled, started, ended] = activity(5, 'postUpgrade', 20);
    const parts = [scheduled, started, ...activity(10, 'rollBackUpgrade'), ended].filter((one) => one !== undefined);
    expect(numbers(history(...parts))).toContain(7);
    expect(numbers(history(...activity(5, 'postUpgrade'), ...activity(10, 'rollBackUpgrade')))).not.toContain(7);
  });

  test.each([
    ['comes to another run', { firstRunId: 'one', runId: 'two', how: 'attached' as const }],
    ['is started once more', { firstRunId: 'one', runId: 'one', how: 'started' as const }],
  ])('8: the same request %s', (_, again) => {
    expect(numbers({ again })).toContain(8);
    expect(numbers({ again: { firstRunId: 'one', runId: 'one', how: 'over' } })).not.toContain(8);
  });

  test('the verdict: another one than is right, also where a person was refused', () => {
    expect(numbers(outcome({ verdict: 'failed', nextStep: 'x' }))).toContain('verdict');
    const open: Partial<Evidence> = { case: { ...CASE, expected: ['cancelled', 'succeeded'] } };
    expect(numbers({ ...open, said: [{ name: 'cancel', how: 'taken' }] })).toContain('verdict');
    expect(numbers({ ...open, said: [{ name: 'cancel', how: 'unknown' }] })).not.toContain('verdict');
    expect(numbers({ ...open, said: [{ name: 'cancel', how: 'refused' }] })).not.toContain('verdict');
    expect(numbers({ ...open, ...outcome({ verdict: 'cancelled' }) })).toContain('verdict');
  });

  test.each<[string, Partial<Evidence>]>([
    ['it is left upgraded', after({ state: 'upgraded' })],
    ['it has the former image', after({ launchConfig: { imageUuid: 'docker:example/web:1', version: 'v2' } })],
    ['an old container runs', { after: { ...good.after, instances: [...good.after.instances, { state: 'running' }] } }],
    ['a container is missing', { after: { ...good.after, instances: [] } }],
    ['it was posted, and the verdict says that nothing was changed', outcome({ verdict: 'refused' })],
  ])('the state: %s', (_, change) => {
    expect(numbers(change)).toContain('state');
  });
});

function after(change: Record<string, unknown>): Partial<Evidence> {
  return { after: { ...good.after, service: { ...good.after.service, ...change } } };
}

function withoutLimit(events: Evidence['history'], limit: string): Evidence['history'] {
  return events.map((event) => {
    const scheduled = event['activityTaskScheduledEventAttributes'];
    if (typeof scheduled !== 'object') return event;
    return { ...event, activityTaskScheduledEventAttributes: { ...scheduled, [limit]: undefined } };
  });
}
