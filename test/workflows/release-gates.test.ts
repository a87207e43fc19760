import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReleaseGate } from '../../decision/release-gate';
import type { ReleaseCase } from '../support/release-scene';
import { runReleaseCases, type ReleaseScene } from '../support/release-scene';
import { secretFromVariable } from '../../credentials/secret-source';

jest.setTimeout(180_000);

const CANARY = 'canary-8d1f4c77';
/** What each stack's shop answers: statuses, the last of which stays. */
const answers = new Map<string, number[]>();
const asked = new Map<string, (string | undefined)[]>();
const server = createServer((request, response) => {
  const stack = request.url?.split('/')[1] ?? '';
  asked.set(stack, [...(asked.get(stack) ?? []), request.headers['x-token'] as string | undefined]);
  const left = answers.get(stack) ?? [200];
  response.writeHead((left.length > 1 ? left.shift() : left[0]) ?? 200).end(`{"cart":"${CANARY}"}`);
});
server.listen(0, '127.0.0.1');
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function gateOf(one: ReleaseScene, change: Partial<ReleaseGate> = {}): ReleaseGate {
  const url = `${origin()}/${one.stack}/checkout`;
  return {
    ...{ name: 'checkout', kind: 'http', environment: one.rig.alias, url, asks: url, status: 200, headers: {} },
    ...{ passes: 2, everyMillis: 200, withinMillis: 20_000, timeoutMillis: 1_000 },
    ...change,
  };
}

const answering = (one: ReleaseScene, ...statuses: number[]): void => void answers.set(one.stack, statuses);

const BOTH = { a: [], b: ['a'] } as const;

const CASES: readonly ReleaseCase[] = [
  {
    title: 'all are verified first; then it is asked until it passed often enough in a row, and all finish',
    services: ['a', 'b'],
    run: async (one) => {
      answering(one, 503, 200, 503, 200, 200);
      const result = await (await one.start(BOTH, { gates: [gateOf(one)] })).result();
      expect(result).toMatchObject({ verdict: 'succeeded', decision: 'commit' });
      expect(result.gates).toEqual([
        expect.objectContaining({ name: 'checkout', state: 'passed', why: 'answered 200' }),
      ]);
      expect(asked.get(one.stack)).toHaveLength(5);
      const { events } = await one.progress();
      const said = events.map(({ text }) => text).filter((text) => text.startsWith('gate checkout'));
      expect(said[0]).toMatch(/answered 503, expected 200; 0 of 2 passes$/);
      expect(said.at(-1)).toMatch(/answered 200; 2 of 2 passes$/);
    },
  },
  {
    title: 'one that never passes takes all back in the reverse order, none finished, and is the reason',
    services: ['a', 'b'],
    run: async (one) => {
      answering(one, 500);
      const result = await (await one.start(BOTH, { gates: [gateOf(one, { withinMillis: 1_000 })] })).result();
      expect(result).toMatchObject({ verdict: 'rolled-back', decision: 'roll-back' });
      expect(result.reason).toMatch(
        /^gate checkout \(http.*\): answered 500, expected 200; 0 of 2 passes; the former configuration of all of them/,
      );
      expect(result.gates).toEqual([expect.objectContaining({ state: 'failed', why: 'answered 500, expected 200' })]);
      expect(one.actions).toEqual(['upgrade a', 'upgrade b', 'rollback b', 'rollback a']);
      for (const service of ['a', 'b']) expect(one.runs(service)).toBe('active 1 x2');
    },
  },
  {
    title: 'one that fails under stop: what is verified is finished, and a person is told why',
    services: ['a', 'b'],
    run: async (one) => {
      answering(one, 500);
      const gates = [gateOf(one, { withinMillis: 1_000 })];
      const result = await (await one.start(BOTH, { gates, onFailure: 'stop' })).result();
      expect(result).toMatchObject({ verdict: 'needs-attention', decision: 'commit' });
      expect(result.reason).toMatch(
        /answered 500.*finished all the same, for onFailure is not rollback-all: 2 services/,
      );
      for (const service of ['a', 'b']) expect(one.runs(service)).toBe('active 2 x2');
    },
  },
  {
    title: 'it is asked before a person is, and once more after that; what is bad by then goes back',
    services: ['a'],
    run: async (one) => {
      answering(one, 200);
      await one.start({ a: [] }, { gates: [gateOf(one)], confirm: 'manual' });
      const { gates } = await one.until(({ phase }) => phase === 'confirming');
      expect(gates).toEqual([expect.objectContaining({ state: 'passed' })]);
      answering(one, 500);
      await one.handle.executeUpdate('confirm', { args: [{ by: 'jane' }] });
      expect(await one.handle.result()).toMatchObject({ verdict: 'rolled-back' });
      expect(one.actionsOf('finishupgrade')).toEqual([]);
    },
  },
  {
    title: 'a person who cancels does not wait for it; it counts as left out',
    services: ['a'],
    run: async (one) => {
      answering(one, 500);
      await one.start({ a: [] }, { gates: [gateOf(one, { everyMillis: 60_000, withinMillis: 600_000 })] });
      await one.until(({ gates }) => gates[0]?.why === 'answered 500, expected 200');
      await expect(one.handle.executeUpdate('confirm')).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/its gates are being read/) as string },
      });
      await one.handle.executeUpdate('cancel', { args: [{ by: 'jane' }] });
      const result = await one.handle.result();
      expect(result).toMatchObject({ verdict: 'cancelled' });
      expect(result.gates).toEqual([expect.objectContaining({ state: 'left-out' })]);
      expect(one.runs('a')).toBe('active 1 x2');
    },
  },
  {
    title: 'its secret goes from the worker to the server and nowhere else, and no body comes back',
    services: ['a'],
    run: async (one) => {
      answering(one, 200);
      const gates = [gateOf(one, { headers: { 'X-Token': 'shop-token' }, contains: 'sold out', withinMillis: 1_000 })];
      const handle = await one.start({ a: [] }, { gates });
      const result = await handle.result();
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toMatch(/answered 200, but its body does not hold the expected text/);
      expect(new Set(asked.get(one.stack))).toEqual(new Set([CANARY]));
      const history = JSON.stringify(await handle.fetchHistory());
      const payloads = [...history.matchAll(/"data":"([^"]*)"/g)]
        .map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'))
        .join('\n');
      expect(payloads).toContain('shop-token');
      expect(payloads).not.toContain(CANARY);
    },
  },
  {
    title: 'one that its worker would not ask is told before the first service is touched',
    services: ['a'],
    run: async (one) => {
      const elsewhere = gateOf(one, { name: 'elsewhere', url: 'http://elsewhere.example.com/?a=b' });
      const unknown = gateOf(one, { name: 'unknown', headers: { 'X-Token': 'other' } });
      const result = await (await one.start({ a: [] }, { gates: [elsewhere, unknown] })).result();
      expect(result).toMatchObject({ verdict: 'refused', decision: null });
      expect(result.reason).toContain('gate elsewhere: http://elsewhere.example.com is none of the servers');
      expect(result.reason).toContain('gate unknown: its header X-Token refers to a secret that is not there');
      expect(result.reason).toMatch(/configured: shop-token.*\. Nothing was begun$/);
      expect(one.actions).toEqual([]);
    },
  },
  {
    title: 'where nothing is to be upgraded, it is not asked',
    services: ['a'],
    run: async (one) => {
      answering(one, 500);
      const same = (): object => ({ image: one.image('a', 1) });
      const result = await (await one.start({ a: [] }, { gates: [gateOf(one)] }, same)).result();
      expect(result).toMatchObject({ verdict: 'unchanged' });
      expect(result.gates).toEqual([expect.objectContaining({ state: 'left-out', why: null })]);
      expect(asked.get(one.stack)).toBeUndefined();
    },
  },
];

describe('gates of a release itself', () => {
  runReleaseCases(CASES, {
    probes: {
      to: ['http://127.0.0.1:*'],
      secrets: new Map([['shop-token', secretFromVariable('TOKEN', { TOKEN: CANARY })]]),
    },
  });
});

describe('gates of a release where probes.to is left out', () => {
  const title = 'the worker asks nothing, and the key to set is told before the first service is touched';
  const run: ReleaseCase['run'] = async (one) => {
    const gates = [gateOf(one, { name: 'anywhere', url: `${origin()}/nowhere/` })];
    const result = await (await one.start({ a: [] }, { gates })).result();
    expect(result).toMatchObject({ verdict: 'refused', decision: null });
    expect(result.reason).toContain(
      `gate anywhere: ${origin()} is none of the servers that releases may probe from here (environments.${one.rig.alias}.probes.to names none)`,
    );
    expect(result.reason).toMatch(/Nothing was begun$/);
    expect(one.actions).toEqual([]);
    expect(asked.get('nowhere')).toBeUndefined();
  };
  runReleaseCases([{ title, services: ['a'], run }], { probes: { to: [], secrets: new Map() } });
});
