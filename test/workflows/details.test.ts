import type { InstanceTally } from '../../decision/service-snapshot';
import { PRIMARY } from '../../decision/service-snapshot';
import { detailsOf, nextOf } from '../../workflows/details';
import { progress, result, START } from '../client/support/samples';

const MARKUP = '![x](http://elsewhere/x.png) <img src=http://elsewhere/y.png> **succeeded** [click](http://elsewhere)';

test('what people, Rancher and gates say stays words: nothing that the reader’s browser would fetch or follow', () => {
  const texts = [
    detailsOf(progress({ requestedBy: MARKUP, requestedWhy: MARKUP, message: MARKUP, attention: MARKUP })),
    detailsOf(progress({ events: [{ at: 0, level: 'info', phase: 'waiting', text: MARKUP }] })),
    detailsOf(progress({ phase: 'done', result: result({ reason: MARKUP, nextStep: MARKUP }) })),
  ];
  for (const text of texts) {
    expect(text).toContain('elsewhere/x.png');
    expect(text).not.toMatch(/<img|!\[x\]|\*\*succeeded\*\* \[|[^\\]\[click\]/);
  }
});

test('Drover’s own words keep their form', () => {
  expect(detailsOf(progress({ phase: 'confirming', attention: 'waiting for `confirm` or `rollback`' }))).toContain(
    '**confirming** since 2026-11-23 19:00:01 UTC: waiting for `confirm` or `rollback`',
  );
});

test('where Rancher does not answer, what comes next is that it does, and `retry` asks it', () => {
  const away = progress({ phase: 'waiting', next: nextOf('waiting', { isAway: true }), isAway: true });
  expect(detailsOf(away)).toContain(
    'Next: wait until Rancher answers again, then go on; `retry` asks it now; `cancel` restores the former configuration',
  );
  expect(nextOf('waiting', { isAway: true })).not.toContain('upgrades again');
  expect(nextOf('finishing', { isAway: true, finishSent: true })).toBe(
    'wait until Rancher answers again, then go on; `retry` asks it now',
  );
  expect([nextOf('parked', { isAway: true }), nextOf('done', { isAway: true })]).toEqual([
    nextOf('parked'),
    nextOf('done'),
  ]);
});

test('containers are called new and old, not by versions, and by neither where there is no upgrade of ours', () => {
  const tally = (version: string): InstanceTally => ({
    ...{ config: PRIMARY, version, running: 1, healthy: 1 },
    ...{ stopped: 0, completed: 0, failed: 0, restarts: 0, moving: 0 },
  });
  const instances = [tally('0'), tally('5b0c2f6e-77aa')];
  const upgraded = [{ config: PRIMARY, version: '5b0c2f6e-77aa' }];
  expect(detailsOf(progress({ instances, upgraded }))).toContain(
    '- primary, old: 1 of 3 run\n- primary, new: 1 of 3 run',
  );
  expect(detailsOf(progress({ instances: [tally('0')] }))).toContain('- primary: 1 of 3 run');
  expect(detailsOf(progress({ instances, upgraded, instancesAt: START }))).toContain(
    '- primary, new: 1 of 3 run (read at 2026-11-23 19:00:00 UTC)',
  );
});

test('once the last upgrade was posted, `retry` is not offered any more', () => {
  const offered = (round: number): string => {
    const rounds = { posted: round, limit: 2 };
    return detailsOf(progress({ round, maxRounds: 2, next: nextOf('waiting', { rounds }) }));
  };
  expect(offered(1)).toContain('`retry` rolls back and upgrades again');
  expect(offered(1)).toContain('- `drover retry ');
  expect(offered(2)).not.toContain('retry');
  expect(offered(2)).toContain('- `drover rollback ');
});

test('what keeps it verifying is said at once: the gate, its passes, and until when it is tried', () => {
  const waitsFor = ['gate smoke (GET /health): answered 503; 0 of 3 passes; it has until 2026-11-23 19:05:00 UTC'];
  expect(detailsOf(progress({ phase: 'verifying', waitsFor }))).toMatch(
    /^\*\*verifying\*\* since 2026-11-23 19:00:01 UTC: gate smoke .* 0 of 3 passes; it has until 2026-11-23 19:05:00 UTC\n/,
  );
});

test('a restore for a `retry` says that it upgrades again after it, as long as a round is left', () => {
  expect(nextOf('rolling-back', { upgradesAgain: true })).toMatch(
    /prove it; then upgrade again, unless `cancel` ends it$/,
  );
  expect(nextOf('rolling-back')).not.toContain('upgrade again');
});
