import type { ReleaseCase } from '../support/release-scene';
import { ReleaseScene, runReleaseCases } from '../support/release-scene';

jest.setTimeout(180_000);

const CHAIN = { a: [], b: ['a'], c: ['b'] } as const;
const ALL = ['a', 'b', 'c'];

/** Nothing was finished before the last upgrade was accepted. */
function expectTwoPhases(one: ReleaseScene): void {
  const { actions } = one;
  const firstFinish = actions.findIndex((action) => action.startsWith('finishupgrade'));
  const lastUpgrade = actions.findLastIndex((action) => action.startsWith('upgrade'));
  expect(firstFinish).toBeGreaterThan(lastUpgrade);
}

/** Its containers never start. */
const FAILS = { startFails: true } as const;

const CASES: readonly ReleaseCase[] = [
  {
    title: 'all are upgraded and verified first; then it is recorded, and all finish in their order',
    services: ALL,
    run: async (one) => {
      const result = await (await one.start(CHAIN)).result();
      expect(result).toMatchObject({ verdict: 'succeeded', decision: 'commit' });
      expect(result.reason).toBe('3 services upgraded and finished, proven by version');
      expect(result.participants.map(({ verdict }) => verdict)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(one.actionsOf('upgrade')).toEqual(ALL);
      expect(one.actionsOf('finishupgrade')).toEqual(ALL);
      expectTwoPhases(one);
      for (const service of ALL) expect(one.runs(service)).toBe('active 2 x2');
    },
  },
  {
    title: 'one fails: nothing is finished, and the others go back in the reverse order',
    services: ALL,
    run: async (one) => {
      one.behave('c', 2, FAILS);
      const result = await (await one.start(CHAIN)).result();
      expect(result).toMatchObject({ verdict: 'rolled-back', decision: 'roll-back' });
      expect(result.reason).toMatch(/^stack-\d+\/c in .*: rolled-back \(.*the former configuration of all of them/);
      expect(one.actionsOf('finishupgrade')).toEqual([]);
      expect(one.actionsOf('rollback')).toEqual(['c', 'b', 'a']);
      for (const service of ALL) expect(one.runs(service)).toBe('active 1 x2');
    },
  },
  {
    title: 'what runs already is left alone; where all do, nothing is touched',
    services: ALL,
    run: async (one) => {
      const same = (service: string): object => (service === 'c' ? {} : { image: one.image(service, 1) });
      const first = await (await one.start(CHAIN, {}, same)).result();
      expect(first).toMatchObject({ verdict: 'succeeded' });
      expect(first.reason).toBe('1 service upgraded and finished, proven by version; 2 services ran it already');
      expect(one.actions).toEqual(['upgrade c', 'finishupgrade c']);
    },
  },
  {
    title: 'one that is not there is told before the first is touched',
    services: ['a', 'b'],
    run: async (one) => {
      const result = await (await one.start({ a: [], b: ['a'], missing: [], gone: [] })).result();
      expect(result).toMatchObject({ verdict: 'refused', decision: null });
      expect(result.reason).toMatch(/missing/);
      expect(result.reason).toMatch(/gone/);
      expect(result.reason).toMatch(/Nothing was begun$/);
      expect(one.actions).toEqual([]);
    },
  },
  {
    title: 'a person is asked: nothing is finished before, and after it all are',
    services: ALL,
    run: async (one) => {
      await one.start(CHAIN, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      expect(one.actionsOf('finishupgrade')).toEqual([]);
      // Nobody confirms one of them alone.
      await expect(one.deployment('a').executeUpdate('confirm')).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/part of a release/) as string },
      });
      await one.handle.executeUpdate('confirm', { args: [{ by: 'jane', why: 'looked at it' }] });
      const result = await one.handle.result();
      expect(result).toMatchObject({ verdict: 'succeeded' });
      expect(one.actionsOf('finishupgrade')).toEqual(ALL);
    },
  },
  {
    title: 'a person takes it back: all of them go, and it says who it was',
    services: ALL,
    run: async (one) => {
      await one.start(CHAIN, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      await one.handle.executeUpdate('rollback', { args: [{ by: 'jane', why: 'the shop is slow' }] });
      const result = await one.handle.result();
      expect(result).toMatchObject({ verdict: 'rolled-back', decision: 'roll-back' });
      expect(result.reason).toMatch(/^rollback by jane \(the shop is slow\); the former configuration of all/);
      expect(one.actionsOf('rollback')).toEqual(['c', 'b', 'a']);
    },
  },
  {
    title: 'nobody confirms in time: all go back',
    services: ['a', 'b'],
    run: async (one) => {
      const result = await (
        await one.start({ a: [], b: [] }, { confirm: 'manual', confirmWithinMillis: 1_500 })
      ).result();
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toMatch(/nobody confirmed it in time/);
      for (const service of ['a', 'b']) expect(one.runs(service)).toBe('active 1 x2');
    },
  },
  {
    title: 'a cancel in the midst of it takes back what was begun, and begins nothing more',
    services: ALL,
    run: async (one) => {
      await one.start(CHAIN);
      await one.until(({ participants }) => participants[0]?.state === 'verified');
      await one.handle.executeUpdate('cancel', { args: [{ by: 'jane' }] });
      const result = await one.handle.result();
      expect(result).toMatchObject({ verdict: 'cancelled' });
      for (const service of ALL) expect(one.runs(service)).toBe('active 1 x2');
      expect(one.actionsOf('finishupgrade')).toEqual([]);
    },
  },
  {
    title: 'somebody takes one of them back by hand: the others follow',
    services: ['a', 'b'],
    run: async (one) => {
      await one.start({ a: [], b: [] }, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      await one.deployment('a').executeUpdate('rollback', { args: [{ by: 'jane' }] });
      const result = await one.handle.result();
      expect(result).toMatchObject({ verdict: 'rolled-back', decision: 'roll-back' });
      for (const service of ['a', 'b']) expect(one.runs(service)).toBe('active 1 x2');
    },
  },
  {
    title: 'continue: what depends on the failed one is left alone, the others finish',
    services: ALL,
    run: async (one) => {
      one.behave('a', 2, FAILS);
      const result = await (await one.start({ a: [], b: ['a'], c: [] }, { onFailure: 'continue' })).result();
      expect(result).toMatchObject({ verdict: 'needs-attention', decision: 'commit' });
      expect(result.reason).toMatch(/2 services did not get there: .*\/a .*; .*\/b .*not begun, for it depends on/);
      expect([one.runs('a'), one.runs('b'), one.runs('c')]).toEqual(['active 1 x2', 'active 1 x2', 'active 2 x2']);
    },
  },
  {
    title: 'stop: nothing more is begun, what is verified is finished',
    services: ALL,
    run: async (one) => {
      one.behave('b', 2, FAILS);
      const result = await (await one.start(CHAIN, { onFailure: 'stop' })).result();
      expect(result).toMatchObject({ verdict: 'needs-attention', decision: 'commit' });
      expect([one.runs('a'), one.runs('b'), one.runs('c')]).toEqual(['active 2 x2', 'active 1 x2', 'active 1 x2']);
    },
  },
  {
    title: 'a service that is busy is refused; nothing of the others stays',
    services: ['a', 'b'],
    run: async (one) => {
      const busy = await one.rig.start({
        ...{ stack: one.stack, service: 'b', image: one.image('b', 3), hold: true },
        overrides: { batchSize: 2, batchIntervalMillis: 100 },
      });
      await one.rig.until(busy, ({ phase }) => phase === 'resolving' || phase === 'upgrading' || phase === 'waiting');
      const result = await (await one.start({ a: [], b: [] })).result();
      expect(result.verdict).toMatch(/refused|rolled-back/);
      expect(result.reason).toMatch(/busy/);
      expect(one.runs('a')).toBe('active 1 x2');
      await busy.signal('cancel');
      await busy.result();
    },
  },
  {
    title:
      'reset to where it asked for a service: what the services told before is heard, and none is waited for in vain',
    services: ALL,
    run: async (one) => {
      await one.start({ a: [], b: [], c: [] }, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      await one.resetTo('b');
      await one.until(({ phase }) => phase === 'confirming');
      await one.handle.executeUpdate('confirm', { args: [{ by: 'jane' }] });
      expect(await one.handle.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actionsOf('upgrade').sort()).toEqual(ALL);
    },
  },
  {
    title:
      'reset so that it forgets what its services told: those that ended are known by their records, and none is upgraded twice',
    services: ALL,
    run: async (one) => {
      one.behave('c', 2, FAILS);
      const first = await (await one.start({ a: [], b: [], c: [] })).result();
      expect(first).toMatchObject({ verdict: 'rolled-back' });
      const before = one.actions;
      await one.resetTo('a', true);
      const again = await one.handle.result();
      expect(again).toMatchObject({ verdict: 'rolled-back', decision: 'roll-back' });
      expect(again.participants.map(({ verdict }) => verdict)).toEqual(['rolled-back', 'rolled-back', 'rolled-back']);
      expect(one.actions).toEqual(before);
    },
  },
  {
    title:
      'reset in the same way after all were finished: it says so once more, though each was to be upgraded in any case',
    services: ['a', 'b'],
    run: async (one) => {
      const always = (): object => ({ redeploy: true });
      expect(await (await one.start({ a: [], b: ['a'] }, {}, always)).result()).toMatchObject({ verdict: 'succeeded' });
      // A deployment that began once more would recognise its own upgrade, and send nothing: its run tells more than what was sent.
      const runs = (): Promise<string[]> =>
        Promise.all(['a', 'b'].map(async (service) => (await one.deployment(service).describe()).runId));
      const [actions, ran] = [one.actions, await runs()];
      await one.resetTo('a', true);
      expect(await one.handle.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(actions);
      expect(await runs()).toEqual(ran);
      for (const service of ['a', 'b']) expect(one.runs(service)).toBe('active 2 x2');
    },
  },
  {
    title: 'where nothing is to be done, it does not say that it decided, finished or took back',
    services: ['a'],
    run: async (one) => {
      const result = await (await one.start({ a: [] }, {}, () => ({ image: one.image('a', 1) }))).result();
      expect(result).toMatchObject({ verdict: 'unchanged', decision: null });
      const said = (await one.progress()).events.map(({ text }) => text).join('\n');
      expect(said).toMatch(/all services run it already: nothing is touched/);
      expect(said).not.toMatch(/decided|finishing|taking/);
    },
  },
  {
    title: 'another release that waits for the same service, and is cancelled, takes nothing of the first one back',
    services: ALL,
    run: async (one) => {
      const first = await one.start(CHAIN, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      const other = new ReleaseScene(one.rig, one.stack);
      const second = await other.start({ a: [] }, { whenBusy: 'queue' }, () => ({ image: one.image('a', 3) }));
      await other.until(({ participants }) => participants[0]?.state === 'asked');
      await second.signal('cancel', { by: 'a test' });
      expect(await second.result()).toMatchObject({ verdict: 'cancelled' });
      await first.executeUpdate('confirm', { args: [{ by: 'a test' }] });
      expect(await first.result()).toMatchObject({ verdict: 'succeeded' });
      for (const service of ALL) expect(one.runs(service)).toBe('active 2 x2');
    },
  },
  {
    title: 'somebody terminates one of its deployments: it is missed and named, and the others go back',
    services: ALL,
    run: async (one) => {
      await one.start(CHAIN, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      await one.deployment('b').terminate('by hand');
      const result = await one.handle.result();
      expect(result).toMatchObject({ verdict: 'needs-attention', decision: 'roll-back' });
      expect(result.reason).toMatch(/b in .*: interfered \(somebody ended its workflow in Temporal\)/);
      for (const service of ['a', 'c']) expect(one.runs(service)).toBe('active 1 x2');
      expect(one.runs('b')).toMatch(/^upgraded/);
    },
  },
  {
    title: 'terminated before it decided: its deployments take themselves back, all of them',
    services: ALL,
    run: async (one) => {
      await one.start(CHAIN, { confirm: 'manual' });
      await one.until(({ phase }) => phase === 'confirming');
      await one.handle.terminate('by hand');
      const results = await Promise.all(ALL.map((service) => one.deployment(service).result()));
      for (const result of results) expect(result).toMatchObject({ verdict: 'rolled-back' });
      for (const service of ALL) expect(one.runs(service)).toBe('active 1 x2');
    },
  },
  {
    title: 'terminated after it decided: its deployments finish, all of them',
    services: ['slow', 'b', 'c'],
    run: async (one) => {
      // The first finish takes its time: the others are not told when the release is ended.
      one.rig.simulator.world.addFault({
        ...{ service: 'slow', action: 'finishupgrade' },
        effect: { kind: 'delay', millis: 1_500 },
      });
      await one.start({ slow: [], b: ['slow'], c: ['b'] });
      await one.until(({ phase, decision }) => phase === 'finishing' && decision === 'commit');
      await one.handle.terminate('by hand');
      const results = await Promise.all(['slow', 'b', 'c'].map((service) => one.deployment(service).result()));
      for (const result of results) expect(result).toMatchObject({ verdict: 'succeeded' });
      for (const service of ['slow', 'b', 'c']) expect(one.runs(service)).toBe('active 2 x2');
    },
  },
];

describe('a release', () => {
  runReleaseCases(CASES);
});
