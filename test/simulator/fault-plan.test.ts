import { connect } from 'node:net';
import * as fc from 'fast-check';
import { FaultPlan } from '../../simulator/fault-plan';
import { startSimulator, type Simulator } from '../../simulator/simulator';
import WebSocket from 'ws';
import { call, OWNER, smallWorld, until, WEB } from './rancher-api';

const drawn = (plan: FaultPlan, subject: string, count: number, method = 'GET'): (string | null)[] =>
  Array.from({ length: count }, () => plan.take(subject, method)?.kind ?? null);

const planOf = (seed: string, rate: number): FaultPlan => {
  const plan = new FaultPlan();
  plan.set({ seed, rate });
  return plan;
};

describe('a plan of faults', () => {
  test('gives the same subject the same faults, whatever else is asked for in between', () => {
    const subjects = fc.constantFrom('service a', 'service b', '/stacks c');
    fc.assert(
      fc.property(fc.string(), fc.array(fc.tuple(subjects, fc.boolean()), { maxLength: 60 }), (seed, requests) => {
        const busy = planOf(seed, 0.4);
        const among = requests.map(
          ([subject, reads]) => [subject, busy.take(subject, reads ? 'GET' : 'POST')] as const,
        );
        for (const subject of ['service a', 'service b', '/stacks c']) {
          const alone = planOf(seed, 0.4);
          const own = requests.filter(([about]) => about === subject);
          expect(own.map(([, reads]) => alone.take(subject, reads ? 'GET' : 'POST'))).toEqual(
            among.filter(([about]) => about === subject).map(([, fault]) => fault),
          );
        }
      }),
    );
  });

  test('another subject and another seed meet others', () => {
    const alone = drawn(planOf('one', 0.3), 'service a', 200);
    expect(drawn(planOf('one', 0.3), 'service b', 200)).not.toEqual(alone);
    expect(drawn(planOf('two', 0.3), 'service a', 200)).not.toEqual(alone);
  });

  test('fails as many as its rate says, and counts them by kind', () => {
    const plan = planOf('rate', 0.04);
    const met = drawn(plan, 'service a', 20_000).filter((kind) => kind !== null);
    expect(met.length / 20_000).toBeGreaterThan(0.035);
    expect(met.length / 20_000).toBeLessThan(0.045);
    const { reads, actions } = plan.counts();
    expect(Object.values(reads).reduce((sum, count) => sum + count, 0)).toBe(met.length);
    expect(Object.keys(reads)).toHaveLength(16);
    expect(actions).toEqual({});
  });

  test('has every kind for actions but the field that only reads show', () => {
    const plan = planOf('actions', 0.5);
    drawn(plan, 'service a', 2_000, 'POST');
    const { actions } = plan.counts();
    expect(Object.keys(actions)).toHaveLength(15);
    expect(actions).not.toHaveProperty('stale upgrade field');
  });

  test('does nothing without settings', () => {
    const plan = new FaultPlan();
    expect(drawn(plan, 'service a', 100).every((kind) => kind === null)).toBe(true);
    expect(plan.trouble()).toEqual({ refuseMillis: null, cut: false });
  });
});

describe('a plan in the simulated Rancher', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ speed: 40, seed: smallWorld() });
  });
  afterEach(() => simulator.close());

  const plan = (settings: Record<string, unknown>): Promise<{ status: number }> =>
    call(simulator.url, 'POST', '/_simulator/fault-plan', { body: settings });

  test('a service that is looked up by its name is the one that is read by its id', async () => {
    simulator.world.planFaults({ seed: 'x', rate: 0 });
    const paths = [
      '/v2-beta/projects/1a5/services?stackId=1st1&name=web',
      WEB,
      '/v2-beta/projects/1a5/services/1s1/instances',
      '/v2-beta/projects/1a5/stacks?name=shop',
    ];
    const expected = planOf('all', 0.5);
    const faults = ['service shop/web', 'service shop/web', 'service shop/web', '/stacks shop'].map(
      (subject) => expected.take(subject, 'GET')?.kind,
    );
    simulator.world.planFaults({ seed: 'all', rate: 0.5 });
    for (const path of paths) {
      const calling = new AbortController();
      const called = fetch(`${simulator.url}${path}`, { signal: calling.signal }).catch(() => undefined);
      await until(
        () => simulator.world.requests().at(-1)?.path,
        (last) => last === path,
      );
      calling.abort();
      await called;
    }
    expect(simulator.world.requests().map(({ fault }) => fault)).toEqual(faults);
  });

  test('refuses connections for real, for a moment, and goes on', async () => {
    expect((await plan({ seed: 'refuse', rate: 0, refusalRate: 1 })).status).toBe(200);
    const port = Number(new URL(simulator.url).port);
    await call(simulator.url, 'GET', WEB);
    const code = await new Promise((resolve) => {
      connect({ port, host: '127.0.0.1' })
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .once('connect', () => resolve('connected'));
    });
    expect(code).toBe('ECONNREFUSED');
    expect(simulator.world.faultCounts()).toMatchObject({ refusalWindows: 1 });
    simulator.world.planFaults(null);
    const answer = await until(
      () => call(simulator.url, 'GET', WEB).catch(() => null),
      (one) => one !== null,
    );
    expect(answer?.status).toBe(200);
  });

  test('cuts the event streams that are open', async () => {
    const address = `${simulator.url.replace('http', 'ws')}/v2-beta/projects/1a5/subscribe?eventNames=resource.change`;
    const socket = new WebSocket(address, { auth: `${OWNER.accessKey}:${OWNER.secretKey}` });
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await plan({ seed: 'cut', rate: 0, cutRate: 1 });
    await call(simulator.url, 'GET', WEB);
    await closed;
    expect(simulator.world.faultCounts()).toMatchObject({ cutStreams: 1 });
  });

  test.each([[{ rate: 0.1 }], [{ seed: 'x', rate: 2 }], [{ seed: 'x', rate: 0.1, cutRate: 'often' }]])(
    'refuses %j',
    async (settings) => {
      expect((await plan(settings)).status).toBe(400);
    },
  );
});
