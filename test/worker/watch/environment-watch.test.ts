import type { Woken } from '../../../worker/watch/outbox';
import { NotFoundError } from '../../../rancher/errors/not-found-error';
import { factsOf, follower, knownAs, NEW, PRIMARY, Watched } from './watched';

let made: Watched[] = [];
function watched(...settings: ConstructorParameters<typeof Watched>): Watched {
  const one = new Watched(...settings);
  made.push(one);
  return one;
}
afterEach(async () => {
  await Promise.all(made.map((one) => one.watch.close()));
  made = [];
});

describe('a frame of a service that is followed', () => {
  test('that says what is known wakes nobody; another state wakes at once, and once', async () => {
    const w = watched();
    w.following();
    w.service();
    w.service({ healthState: 'degraded' });
    expect(await w.nudges()).toEqual([]);
    w.service({ state: 'upgraded', transitioning: 'no' });
    expect(await w.nudges()).toEqual([{ saw: 'state', state: 'upgraded' }]);
    w.service({ state: 'upgraded', transitioning: 'no' });
    expect(await w.nudges()).toEqual([]);
  });

  test('states follow each other as fast as they come', async () => {
    const w = watched();
    w.following();
    for (const state of ['upgraded', 'finishing-upgrade', 'active']) {
      w.service({ state });
      expect(await w.saw()).toEqual(['state']);
    }
  });

  test('a removed one is another state, whatever it calls itself', async () => {
    const w = watched();
    w.following(knownAs({ state: 'active', transitioning: 'no' }));
    w.service({ state: 'active', transitioning: 'no', removed: true });
    expect(await w.nudges()).toEqual([{ saw: 'state', state: 'removed' }]);
    w.service({ state: 'purged', transitioning: 'no', removed: true });
    expect(await w.saw()).toEqual([]);
  });

  test.each([
    ['that Rancher fails', { transitioning: 'error' }, 'transitioning'],
    ['other words', { message: 'Expected a host' }, 'message'],
    ['words where there were none before', { message: 'Waiting' }, 'message'],
    ['health, where it does not upgrade', { state: 'active', healthState: 'degraded' }, 'health'],
  ] as const)('%s: told', async (_, more, saw) => {
    const w = watched();
    w.following(knownAs({ state: 'state' in more ? more.state : 'upgrading' }));
    w.service(more);
    expect(await w.saw()).toEqual([saw]);
  });

  test('health is not told while it upgrades, where it flips with each batch', async () => {
    const w = watched();
    w.following();
    for (const healthState of ['degraded', 'healthy', 'unhealthy', null]) w.service({ healthState });
    await w.pass(300_000);
    expect(await w.saw()).toEqual([]);
  });

  test('the same words about another container are the same; so are those that a snapshot took values out of', async () => {
    const w = watched();
    w.following(knownAs({ message: '1i17 (web) failed: password [redacted] is wrong, [redacted]' }));
    w.service({ message: '1i18 (web) failed:   password tiger is wrong, scott' });
    expect(await w.saw()).toEqual([]);
    w.service({ message: '1i18 (web) failed: password tiger is right, scott' });
    expect(await w.nudges()).toEqual([{ saw: 'message', state: 'upgrading' }]);
  });

  test('no nudge says anything of the words', async () => {
    const w = watched();
    w.following();
    w.service({ message: 'canary-words' });
    w.service({ state: 'upgraded', message: 'canary-words' });
    expect(JSON.stringify(await w.nudges())).not.toContain('canary');
  });

  test('less than the state is told at most once in 15 s, then 30 s … 2 min, and the last of it is not lost', async () => {
    const w = watched();
    w.following();
    const times: number[] = [];
    const from = w.now;
    for (let second = 0; second < 600; second += 1) {
      w.service({ message: `words ${second}` });
      await w.pass(1_000);
      if ((await w.saw()).length > 0) times.push(Math.round((w.now - from) / 1000));
    }
    expect(times).toEqual([1, 15, 45, 105, 225, 345, 465, 585]);
    w.service({ message: 'the last words' });
    w.told(knownAs({ message: 'the last words' }));
    await w.pass(130_000);
    expect(await w.saw()).toEqual([]);

    w.service({ message: 'words one' });
    expect(await w.saw()).toEqual(['message']);
    w.service({ message: 'words two' });
    expect(await w.saw()).toEqual([]);
    await w.pass(240_000);
    expect(await w.saw()).toEqual(['message']);
    await w.pass(240_000);
    expect(await w.saw()).toEqual([]);
  });

  test('what was held back and is as before again is not told', async () => {
    const w = watched();
    w.following();
    w.service({ transitioning: 'error' });
    expect(await w.saw()).toEqual(['transitioning']);
    w.service({ transitioning: 'yes' });
    w.service({ transitioning: 'error' });
    await w.pass(60_000);
    expect(await w.saw()).toEqual([]);
  });

  test('a service that is not followed, or nothing is known of, wakes nobody; what came before it was told is compared then', async () => {
    const w = watched();
    w.follow();
    w.up();
    w.service({ serviceId: '1s2', state: 'active' });
    w.service({ state: 'upgraded' });
    expect(await w.saw()).toEqual([]);
    w.told(knownAs());
    expect(await w.nudges()).toEqual([{ saw: 'state', state: 'upgraded' }]);
  });

  test('what was told before it was followed counts', async () => {
    const w = watched();
    w.following();
    w.told(knownAs(), null, '1s2');
    expect(w.follow('other', '1s2')).toBe(true);
    w.service({ serviceId: '1s2', state: 'upgraded' });
    await w.settled();
    expect(w.sent).toEqual([{ to: 'other', nudge: { saw: 'state', state: 'upgraded' } }]);
  });

  test('all who follow are told, each once; another run of a workflow takes the place of the one before', async () => {
    const w = watched();
    w.following();
    w.follow('deploy', '1s1', '1a5', 'second run');
    w.follow('other');
    w.follow('other');
    w.service({ state: 'upgraded' });
    await w.settled();
    expect(w.sent.map(({ to }) => to)).toEqual(['deploy', 'other']);
    expect(w.watch.follows(follower('deploy', 'second run'))).toBe(true);
    expect(w.watch.follows(follower('deploy'))).toBe(false);
  });
});

describe("the containers of a deployment's own upgrade", () => {
  /** One container of the old version goes, one of the new one comes. */
  const replace = (w: Watched, index: number): void => {
    w.container(`1i${index}`, 'stopped', { version: '0' });
    w.container(`1i${index + 100}`, 'running');
  };

  test('nearly done: all of the new ones run and as many others have stopped; once', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1 }), NEW);
    w.container('1i101', 'running');
    expect(await w.saw()).toEqual([]);
    w.container('1i1', 'stopped', { version: '0' });
    expect(await w.nudges()).toEqual([{ saw: 'nearly-done', state: 'upgrading' }]);
    w.container('1i1', 'removed', { version: '0', removed: true, serviceIds: [] });
    w.container('1i101', 'starting');
    w.container('1i101', 'running');
    expect(await w.saw()).toEqual([]);
  });

  test('a removed one that does not tell whose it was is one of the service that it was seen with', async () => {
    const w = watched();
    w.following(knownAs({ state: 'upgraded' }));
    w.container('1i1', 'running');
    w.container('1i2', 'removed', { removed: true, serviceIds: [] });
    expect(await w.saw()).toEqual([]);
    w.container('1i1', 'removed', { removed: true, serviceIds: [] });
    expect(await w.saw()).toEqual(['health']);
  });

  test('all configurations of the upgrade count, each with as many containers as expected', async () => {
    const w = watched();
    w.following(knownAs({ expected: 2 }), [...NEW, { config: 'side', version: 'side-new' }]);
    replace(w, 1);
    replace(w, 2);
    expect(await w.saw()).not.toContain('nearly-done');
    for (const index of [3, 4]) {
      w.container(`1i${index}`, 'stopped', { config: 'side', version: '0' });
      expect(await w.saw()).not.toContain('nearly-done');
      w.container(`1i10${index}`, 'running', { config: 'side', version: 'side-new' });
    }
    expect(await w.saw()).toEqual(['nearly-done']);
  });

  test.each(['initializing', 'unhealthy'])('a new one that is %s is waited for', async (healthState) => {
    const w = watched();
    w.following(knownAs({ expected: 1 }), NEW);
    w.container('1i1', 'stopped', { version: '0' });
    w.container('1i101', 'running', { healthState });
    expect(await w.saw()).toEqual([]);
    w.container('1i101', 'running', { healthState: 'healthy' });
    expect(await w.saw()).toEqual(['nearly-done']);
  });

  test('what came before the versions were told is not lost', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1 }));
    replace(w, 1);
    expect(await w.saw()).toEqual([]);
    w.told(knownAs({ expected: 1 }), NEW);
    expect(await w.saw()).toEqual(['nearly-done']);
  });

  test('what stopped before the upgrade, in an earlier one, does not count', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1 }), [{ config: PRIMARY, version: 'first' }]);
    w.container('1i1', 'stopped', { version: '0' });
    w.told(knownAs({ expected: 1, state: 'active' }), null);
    w.told(knownAs({ expected: 1 }), NEW);
    w.container('1i101', 'running');
    expect(await w.saw()).toEqual([]);
  });

  test('nor does what the finish of an earlier one took away', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1, state: 'active' }));
    w.container('1i1', 'removed', { version: '0', removed: true });
    w.now += 5_000;
    w.told(knownAs({ expected: 1 }), NEW);
    w.container('1i101', 'running');
    expect(await w.saw()).toEqual([]);
    w.container('1i2', 'stopped', { version: '1' });
    expect(await w.saw()).toEqual(['nearly-done']);
  });

  test('only within a minute of its beginning: a long upgrade is noticed by its state', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1 }), NEW);
    w.told(knownAs({ expected: 1 }), NEW);
    await w.pass(61_000);
    w.told(knownAs({ expected: 1 }), NEW);
    replace(w, 1);
    expect(await w.saw()).toEqual([]);
  });

  test('where the state comes with it, that is told, and nothing else', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1 }), NEW);
    replace(w, 1);
    w.service({ state: 'upgraded' });
    expect(await w.saw()).toEqual(['state']);
  });

  test('one of the new ones that is first seen when it has failed is told too', async () => {
    const w = watched();
    w.following(knownAs({ state: 'upgraded' }), NEW);
    w.container('1i1', 'stopped', { version: 'old' });
    expect(await w.nudges()).toEqual([]);
    w.container('1i2', 'stopped');
    expect(await w.nudges()).toEqual([{ saw: 'health', state: 'upgraded' }]);
  });

  test('one that ran and fails while the service is `upgraded` is told; one that nobody saw run, and in another state, is not', async () => {
    const w = watched();
    w.following(knownAs({ state: 'upgraded' }));
    w.container('1i1', 'stopped', { version: 'old' });
    w.container('1i2', 'running');
    expect(await w.nudges()).toEqual([]);
    w.container('1i2', 'stopped');
    expect(await w.nudges()).toEqual([{ saw: 'health', state: 'upgraded' }]);
    w.told(knownAs({ state: 'finishing-upgrade' }));
    w.container('1i3', 'running');
    w.container('1i3', 'stopped');
    expect(await w.nudges()).toEqual([]);
  });

  test('nothing is told of them without an upgrade of its own, or where the service does not upgrade', async () => {
    const w = watched();
    w.following(knownAs({ expected: 1 }));
    replace(w, 1);
    w.told(knownAs({ expected: 1, state: 'upgraded' }), NEW);
    replace(w, 2);
    expect(await w.saw()).toEqual([]);
  });

  test('progress: more that run than before, at most once in 10 s, not for a scale of 1, and not when all do', async () => {
    const w = watched();
    w.following(knownAs({ expected: 4 }), NEW);
    replace(w, 1);
    expect(await w.nudges()).toEqual([{ saw: 'progress', state: 'upgrading', running: 1, expected: 4 }]);
    w.container('1i101', 'stopping');
    w.container('1i101', 'running');
    expect(await w.saw()).toEqual([]);
    replace(w, 2);
    await w.pass(5_000);
    replace(w, 3);
    expect(await w.saw()).toEqual([]);
    await w.pass(5_000);
    expect(await w.nudges()).toEqual([{ saw: 'progress', state: 'upgrading', running: 3, expected: 4 }]);
    await w.pass(20_000);
    replace(w, 4);
    expect(await w.saw()).toEqual(['nearly-done']);

    const large = watched();
    large.following(knownAs({ expected: 40 }), NEW);
    const told: [second: number, running: number][] = [];
    for (let running = 1; running < 40; running += 1) {
      replace(large, running);
      await large.pass(running < 20 ? 10_000 : 60_000);
      for (const nudge of await large.nudges())
        if (nudge.saw === 'progress') told.push([running, (nudge as { running?: number }).running ?? 0]);
    }
    expect(told.map(([running]) => running)).toEqual([1, 5, 9, 13, 17, 21, 22, 24, 26, 28, 30, 32, 34, 36, 38]);
    expect(told.every(([running, said]) => running === said)).toBe(true);

    const single = watched();
    single.following(knownAs({ expected: 1 }), [...NEW, { config: 'side', version: 'side-new' }]);
    single.container('1i101', 'running');
    await single.pass(20_000);
    expect(await single.saw()).toEqual([]);
  });
});

describe('a stream that is lost', () => {
  test('follow tells whether frames come in; there is one stream for each project, opened at the first', () => {
    const w = watched();
    expect(w.opened).toEqual([]);
    expect(w.follow()).toBe(false);
    w.up();
    expect([w.follow(), w.follow('other', '1s2')]).toEqual([true, true]);
    w.down();
    expect(w.follow()).toBe(false);
    expect(w.opened).toEqual(['1a5']);
    w.follow('third', '1s1', '1a6');
    expect(w.opened).toEqual(['1a5', '1a6']);
  });

  test('for 10 s: those at which Rancher is at work check, once, and those that wait for a person; why it is so is told as it is then', async () => {
    const w = watched();
    w.following(knownAs(), null, 'upgrading');
    w.follow('held', '1s2');
    w.told(knownAs({ state: 'upgraded', transitioning: 'no' }), null, '1s2');
    w.down('it was closed');
    await w.pass(5_000);
    w.down('the proxy');
    await w.pass(4_000);
    expect(await w.saw()).toEqual([]);
    await w.pass(60_000);
    await w.settled();
    expect(w.sent.splice(0)).toEqual([
      { to: 'upgrading', nudge: { saw: 'check' } },
      { to: 'held', nudge: { saw: 'check' } },
    ]);
    w.rancher.set('1s1', factsOf()).set('1s2', factsOf({ state: 'upgraded', transitioning: 'no' }));
    w.up();
    await w.pass(1_000);
    expect(w.changes).toEqual([{ to: 'up' }, { to: 'lost', why: 'the proxy' }, { to: 'back', awayMillis: 69_000 }]);
    expect(w.ups).toEqual([true, false, true]);
  });

  test('that never opened promised nothing: nobody is woken, and it is said once', async () => {
    const w = watched();
    w.follow();
    w.told(knownAs());
    w.down('401');
    await w.pass(60_000);
    expect([await w.saw(), w.changes]).toEqual([[], [{ to: 'lost', why: '401' }]]);
  });

  test('back after a gap, each service is read, the busy ones first, and who is woken is decided as if a frame had come; one that is held looks for itself', async () => {
    const w = watched();
    w.following(knownAs({ state: 'active', transitioning: 'no' }), null, 'ready');
    w.follow('held', '1s5');
    w.told(knownAs({ state: 'upgraded', transitioning: 'no' }), null, '1s5');
    for (const [name, id] of [
      ['done', '1s2'],
      ['still', '1s3'],
      ['gone', '1s4'],
    ] as const) {
      w.follow(name, id);
      w.told(knownAs(), null, id);
    }
    w.rancher
      .set('1s1', factsOf({ state: 'active', transitioning: 'no' }))
      .set('1s2', factsOf({ serviceId: '1s2', state: 'upgraded' }))
      .set('1s3', factsOf({ serviceId: '1s3' }))
      .set('1s4', new NotFoundError('no such service', { request: 'GET' }));
    w.down();
    w.up();
    await w.settled();
    expect(w.reads).toEqual(['1s2', '1s3', '1s4', '1s1']);
    expect(w.sent).toEqual([
      { to: 'held', nudge: { saw: 'check' } },
      { to: 'done', nudge: { saw: 'state', state: 'upgraded' } },
      { to: 'gone', nudge: { saw: 'state', state: 'removed' } },
    ]);
    // It was not lost for long enough to be told.
    expect(w.changes).toEqual([{ to: 'up' }, { to: 'up' }]);
  });

  test('cut again and again, the others are read each time, and those that are held look every five minutes', async () => {
    const w = watched();
    w.following();
    w.follow('held', '1s2');
    w.told(knownAs({ state: 'upgraded', transitioning: 'no' }), null, '1s2');
    w.rancher.set('1s1', factsOf());
    const cut = async (): Promise<string[]> => {
      w.down();
      w.up();
      await w.settled();
      return [...w.reads.splice(0), ...(await w.saw())];
    };
    expect(await cut()).toEqual(['1s1', 'check']);
    await w.pass(30_000);
    expect(await cut()).toEqual(['1s1']);
    await w.pass(260_000);
    expect(await w.saw()).toEqual([]);
    await w.pass(10_000);
    expect([await w.saw(), w.reads]).toEqual([['check'], []]);
    await w.pass(600_000);
    expect([await w.saw(), w.reads]).toEqual([[], []]);
  });

  test('lost soon after a gap: those that are held look once the five minutes are over, and then by themselves', async () => {
    const w = watched();
    w.following(knownAs({ state: 'upgraded', transitioning: 'no' }), null, 'held');
    w.down();
    w.up();
    expect(await w.saw()).toEqual(['check']);
    await w.pass(60_000);
    w.down();
    await w.pass(230_000);
    expect(await w.saw()).toEqual([]);
    await w.pass(10_000);
    expect(await w.saw()).toEqual(['check']);
    await w.pass(3_600_000);
    expect(await w.saw()).toEqual([]);
  });
});

describe('a stream that is open and tells nothing', () => {
  /** A read finds that an upgrade is under way. */
  const moves = (w: Watched): void => w.told(knownAs(), NEW);
  const quiet = { state: 'active', transitioning: 'no' } as const;

  test('of a change that a read found: after 15 s all look for themselves, and nobody counts on it until a frame comes', async () => {
    const w = watched();
    w.following(knownAs(quiet));
    w.follow('held', '1s2');
    w.told(knownAs({ state: 'upgraded' }), null, '1s2');
    moves(w);
    await w.pass(14_000);
    expect([await w.saw(), w.follow()]).toEqual([[], true]);
    await w.pass(1_000);
    expect(w.sent.splice(0)).toEqual([
      { to: 'deploy', nudge: { saw: 'check' } },
      { to: 'held', nudge: { saw: 'check' } },
    ]);
    expect([w.follow(), w.ups.at(-1)]).toEqual([false, false]);
    // Another change of which there is no frame is no news.
    w.told(knownAs({ state: 'upgraded' }), NEW);
    await w.pass(60_000);
    expect(await w.saw()).toEqual([]);
    w.service({ state: 'upgraded' });
    await w.pass(1_000);
    expect([w.follow(), w.ups.at(-1)]).toEqual([true, true]);
    expect(w.changes).toEqual([{ to: 'up' }, { to: 'deaf', serviceId: '1s1' }, { to: 'heard' }]);
  });

  test('of some services only: the next frame of another one is believed once, then for the first time after five minutes, and after ever more', async () => {
    const w = watched();
    w.following(knownAs(quiet));
    w.follow('heard', '1s2');
    w.told(knownAs(quiet), null, '1s2');
    w.follow('held', '1s3');
    w.told(knownAs({ state: 'upgraded' }), null, '1s3');
    for (let minute = 0; minute < 60; minute += 1) {
      w.told(minute % 2 === 0 ? knownAs() : knownAs(quiet));
      await w.pass(30_000);
      w.service({ serviceId: '1s2', state: 'active', transitioning: 'no' });
      await w.pass(30_000);
    }
    expect(w.changes.map(({ to }) => to)).toEqual([
      'up',
      ...Array.from({ length: 4 }, () => ['deaf', 'heard']).flat(),
      'deaf',
    ]);
    await w.settled();
    expect(w.sent.filter(({ to }) => to === 'held')).toHaveLength(5);
    expect(w.sent.filter(({ to }) => to === 'deploy').length).toBeLessThanOrEqual(5);
  });

  test('is another one where a frame came just before, or comes in time, whatever it says', async () => {
    const w = watched();
    w.following(knownAs(quiet));
    w.service();
    moves(w);
    await w.pass(60_000);
    // A read that is older than the frame.
    w.service({ state: 'upgraded' });
    w.told(knownAs(), NEW);
    await w.pass(60_000);
    w.told(knownAs(quiet));
    await w.pass(14_000);
    w.service({ state: 'upgraded' });
    await w.pass(60_000);
    expect(w.changes).toEqual([{ to: 'up' }]);
  });

  test('is another one where the change was in a gap, or is what was known before anybody followed', async () => {
    const w = watched();
    w.follow();
    moves(w);
    w.up();
    await w.pass(60_000);
    w.rancher.set('1s1', new Error('not now'));
    w.told(knownAs(quiet));
    w.down();
    w.up();
    moves(w);
    await w.pass(60_000);
    expect(w.changes).toEqual([{ to: 'up' }, { to: 'up' }]);
  });
});

describe('a follower', () => {
  test('whose workflow is gone is dropped; the others are told on', async () => {
    const asked: string[] = [];
    const w = watched(({ workflowId }): Promise<Woken> => {
      asked.push(workflowId);
      return Promise.resolve(workflowId === 'gone' ? 'gone' : 'sent');
    });
    w.following(knownAs(), null, 'gone');
    w.follow('here');
    for (const state of ['upgraded', 'active']) {
      w.service({ state });
      await w.settled();
    }
    expect(asked).toEqual(['gone', 'here', 'here']);
  });

  test('of a service that is ready, which it acts on at once or has left, is forgotten after ten minutes', async () => {
    const w = watched();
    w.following(knownAs({ state: 'active', transitioning: 'no' }));
    w.follow();
    await w.pass(9 * 60_000);
    w.service({ state: 'upgrading' });
    expect(await w.saw()).toEqual(['state']);
    await w.pass(2 * 60_000);
    w.service({ state: 'upgraded' });
    expect(await w.saw()).toEqual([]);
    await w.pass(31 * 60_000);
    expect(w.closed).toEqual(['1a5']);
  });

  test('that does not follow again is forgotten after 3 h; the stream is closed when nobody has followed for long', async () => {
    const w = watched();
    w.following();
    await w.pass(2 * 3_600_000);
    w.follow();
    await w.pass(2 * 3_600_000);
    w.service({ state: 'upgraded' });
    expect(await w.saw()).toEqual(['state']);
    await w.pass(1.1 * 3_600_000);
    w.service({ state: 'active' });
    expect([await w.saw(), w.closed]).toEqual([[], []]);
    await w.pass(3_600_000);
    expect([w.closed, w.ups.at(-1)]).toEqual([['1a5'], null]);
    w.follow();
    expect(w.opened).toEqual(['1a5', '1a5']);
  });

  test('a signal that fails is tried again; the most telling of what comes meanwhile is sent after it', async () => {
    let failures = 1;
    const w = watched(() => {
      if (failures === 0) return Promise.resolve('sent');
      failures -= 1;
      return Promise.reject(new Error('Temporal is away'));
    });
    w.following();
    w.service({ state: 'upgraded' });
    await w.settled();
    w.service({ state: 'upgraded', message: 'words' });
    w.service({ state: 'active' });
    await w.settled();
    w.service({ state: 'active', transitioning: 'error' });
    while (w.sent.length < 2) await w.settled();
    expect(await w.nudges()).toEqual([
      { saw: 'state', state: 'upgraded' },
      { saw: 'transitioning', state: 'active' },
    ]);
  });

  test('that could not be told is told to look, once Temporal can be asked again', async () => {
    let isAway = true;
    const w = watched(() => (isAway ? Promise.reject(new Error('Temporal is away')) : Promise.resolve('sent')), 1);
    w.following();
    w.service({ state: 'upgraded' });
    await w.settled();
    isAway = false;
    await w.pass(20_000);
    expect(await w.nudges()).toEqual([{ saw: 'check' }]);
  });

  test('is told to look by a worker that ends', async () => {
    const w = watched();
    w.following();
    await w.watch.handOver(60_000);
    expect(await w.nudges()).toEqual([{ saw: 'check' }]);
  });

  test('of a service that goes to and fro is told a dozen times, and then like the rest', async () => {
    const w = watched();
    w.following(knownAs({ state: 'active' }));
    for (let turn = 0; turn < 40; turn += 1) {
      w.service({ state: turn % 2 === 0 ? 'updating-active' : 'active' });
      await w.settled();
    }
    expect((await w.nudges()).length).toBe(13);
  });
});

test('the more services are followed, the further apart are the looks of each: all of them have a fifth of the requests, and nobody looks less often than every two hours', () => {
  const w = watched();
  expect(w.watch.leastLookMillis).toBe(0);
  const followed = (count: number, projectId?: string): number => {
    for (let index = 0; index < count; index += 1) w.follow(`deploy-${index}`, `1s${index}`, projectId);
    return w.watch.leastLookMillis;
  };
  // 2.5 requests for each look; a fifth of 50 requests in a second.
  expect(followed(200)).toBe(50_000);
  expect(followed(200)).toBe(50_000);
  expect(followed(5_000)).toBe(1_250_000);
  expect(followed(1_000, '1a7')).toBe(1_500_000);
  expect(followed(40_000)).toBe(7_200_000);
});

describe('a change that somebody waits for', () => {
  const never = new AbortController().signal;
  const place = { projectId: '1a5', serviceId: '1s1' };

  test('comes with the next frame of another state', async () => {
    const w = watched();
    w.following();
    let isOver = false;
    const changed = w.watch.changed(place, 'upgrading', 600_000, never).then(() => {
      isOver = true;
    });
    w.service();
    w.service({ serviceId: '1s2', state: 'upgraded' });
    await w.settled();
    expect(isOver).toBe(false);
    w.service({ state: 'upgraded' });
    await changed;
  });

  test('or with its time, with a call-off, with the end of the watch; never with an error', async () => {
    const w = watched();
    await w.watch.changed(place, 'upgrading', 1, never);
    w.following();
    await w.watch.changed(place, 'upgrading', 1, never);
    await w.watch.changed(place, 'upgrading', 600_000, AbortSignal.abort());
    const off = new AbortController();
    const calledOff = w.watch.changed(place, 'upgrading', 600_000, off.signal);
    off.abort();
    await calledOff;
    const ended = w.watch.changed(place, 'upgrading', 600_000, never);
    await w.watch.close();
    await ended;
    await w.watch.changed(place, 'upgrading', 600_000, never);
    expect(w.follow()).toBe(false);
  });
});

test('frames are counted by their kind, together', async () => {
  const w = watched();
  w.following();
  for (let frames = 0; frames < 5; frames += 1) w.service();
  await w.pass(1_000);
  expect(w.counted).toEqual([['service', 5]]);
});
