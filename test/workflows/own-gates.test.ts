import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GateSettings } from '../../activities/dependencies';
import type { Gate } from '../../decision/gate';
import type { Progress } from '../../workflows/contract';
import type { Case, Scene } from './scene';
import { ONE_BATCH, runCases } from './scene';

const SECRET = 'canary-3b9f1c20';
const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];

/** Each service has an answer of its own: a status, or a list of them that ends with the one that stays. */
const answers = new Map<string, number[]>();
const asked = new Map<string, number>();
const server = createServer((request, response) => {
  const service = request.url?.split('/')[1] ?? '';
  asked.set(service, (asked.get(service) ?? 0) + 1);
  const left = answers.get(service) ?? [200];
  response.writeHead((left.length > 1 ? left.shift() : left[0]) ?? 200).end();
});
server.listen(0, '127.0.0.1');
// The address is known once it listens, which is at once for a port on this machine.
const gates: Record<string, GateSettings> = {
  smoke: {
    kind: 'http',
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/{service}/health`;
    },
    status: 200,
    contains: undefined,
    headers: {},
  },
  contract: {
    kind: 'exec',
    command: ['sh', '-c', `case "$DROVER_SERVICE" in *3) echo "password ${SECRET} is wrong" >&2; exit 4;; esac`],
  },
};
const gate = (name: string, kind: Gate['kind']): Gate => ({
  ...{ name, kind, asks: name, passes: name === 'smoke' ? 2 : 1 },
  ...{ everyMillis: 300, withinMillis: 9_000, timeoutMillis: 2_000 },
});

const answering = (one: Scene, ...statuses: number[]): void => void answers.set(one.name, statuses);

const CASES: readonly Case[] = [
  {
    title: 'a probe that passes often enough in a row lets it finish; what it said is in the history',
    run: async (one) => {
      answering(one, 503, 200, 503, 200, 200);
      const deploying = await one.start({ overrides: ONE_BATCH });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(one.actions).toEqual(DONE);
      expect(asked.get(one.name)).toBe(5);
      const told = await one.events(deploying);
      expect(told).toContain('gate smoke (smoke): answered 503, expected 200; 0 of 2 passes');
      expect(told).toContain('gate smoke (smoke): answered 200; 2 of 2 passes');
    },
  },
  {
    title: 'a probe that never passes rolls it back, with what it said',
    run: async (one) => {
      answering(one, 500);
      const result = await one.deploy({ overrides: ONE_BATCH });
      expect(result).toMatchObject({ verdict: 'rolled-back', rounds: 1 });
      expect(result.reason).toContain('gate smoke (smoke): answered 500, expected 200; 0 of 2 passes');
      expect(one.actions).toEqual(UNDONE);
      one.expectRuns(1, 2);
    },
  },
  {
    title: 'a program that fails rolls it back; the service’s own values are taken out of what it says',
    service: { launchConfig: { environment: { PASSWORD: SECRET } } },
    run: async (one) => {
      const result = await one.deploy({ overrides: ONE_BATCH });
      expect(result.verdict).toBe('rolled-back');
      expect(result.reason).toContain('gate contract (contract): exit code 4: password [redacted] is wrong');
      expect(JSON.stringify(result)).not.toContain(SECRET);
    },
  },
  {
    title: 'a person who cancels does not wait for a gate',
    run: async (one) => {
      answering(one, 500);
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'verifying');
      await deploying.signal('cancel', { by: 'jane' });
      expect(await deploying.result()).toMatchObject({ verdict: 'cancelled' });
    },
  },
  {
    title: 'a person who says retry finds what the next look says in the logbook, also where it says the same',
    run: async (one) => {
      answering(one, 500);
      const deploying = await one.start({ overrides: ONE_BATCH });
      const SAME = 'gate smoke (smoke): answered 500, expected 200; 0 of 2 passes';
      const times = ({ events }: Progress): number => events.filter(({ text }) => text === SAME).length;
      await one.rig.until(deploying, (progress) => times(progress) === 1);
      const { waitsFor } = await one.rig.until(deploying, ({ waitsFor: [first] }) => first?.startsWith(SAME) === true);
      expect(waitsFor[0]).toMatch(/; it has until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
      await deploying.signal('retry', { by: 'jane' });
      const { events } = await one.rig.until(deploying, (progress) => times(progress) === 2);
      const asked = events.findIndex(({ text }) => text.startsWith('retry by jane'));
      expect(events.findLastIndex(({ text }) => text === SAME)).toBeGreaterThan(asked);
      await deploying.signal('cancel', { by: 'jane' });
      expect(await deploying.result()).toMatchObject({ verdict: 'cancelled' });
    },
  },
  {
    title: 'the gates are read once more after a person confirmed; a bad one rolls it back',
    run: async (one) => {
      answering(one, 200);
      const deploying = await one.start({ overrides: ONE_BATCH, hold: true });
      await one.until(deploying, 'confirming');
      answering(one, 500);
      await deploying.signal('confirm', { by: 'jane' });
      expect(await deploying.result()).toMatchObject({ verdict: 'rolled-back' });
      expect(one.actions).toEqual(UNDONE);
    },
  },
  {
    title: 'nothing is called good before the last gate has passed',
    run: async (one) => {
      answering(one, 503, 200, 200);
      const deploying = await one.start({ overrides: { ...ONE_BATCH, soakMillis: 4_000 } });
      const { waitsFor } = await one.rig.until(deploying, (progress) => progress.waitsFor.length > 0);
      expect(waitsFor[0]).toMatch(/^gate smoke \(smoke\): .*; 0 of 2 passes/);
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      const told = await one.events(deploying);
      const [open, passed] = [told.indexOf('a gate that has not passed yet'), told.indexOf('2 of 2 passes')];
      expect(open).toBeGreaterThan(-1);
      expect(passed).toBeGreaterThan(open);
      const good = told.indexOf('good; watching them');
      expect(good === -1 || good > passed).toBe(true);
    },
  },
];

describe('gates of the environment’s own', () => {
  afterAll(() => server.close());
  runCases(CASES, { policy: { gates: [gate('smoke', 'http'), gate('contract', 'exec')] }, gates });
});

const approvals: readonly Case[] = [
  {
    title: 'waits for a person, who confirms',
    run: async (one) => {
      const deploying = await one.start({ overrides: ONE_BATCH });
      const progress = await one.rig.until(deploying, ({ phase }) => phase === 'confirming');
      expect(progress.person).toMatchObject({ kind: 'approval', atExpiry: 'goes back' });
      await deploying.signal('confirm', { by: 'jane', why: 'looks good' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  {
    title: 'is rolled back when nobody comes',
    run: async (one) => {
      const result = await one.deploy({ overrides: ONE_BATCH });
      expect(result).toMatchObject({ verdict: 'rolled-back' });
      expect(result.reason).toContain('nobody confirmed within 4 s');
      expect(result.nextStep).toBe('Deploy again when somebody can confirm it.');
    },
  },
];

describe('where the policy asks a person', () => {
  runCases(approvals, { policy: { confirm: 'manual', confirmLimitMillis: 4_000 } });
});

const expiries: readonly Case[] = [
  {
    title: 'and its expiry finishes: it goes on when nobody comes',
    run: async (one) => {
      const deploying = await one.start({ overrides: ONE_BATCH });
      const { person } = await one.rig.until(deploying, ({ phase }) => phase === 'confirming');
      expect(person?.atExpiry).toBe('goes on and finishes');
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      expect(await one.events(deploying)).toContain('nobody confirmed within 2 s: going on, as the policy says');
    },
  },
  {
    title: 'and its expiry finishes, a bad upgrade is rolled back all the same',
    run: async (one) => {
      one.behave(2, { crashesAfterMillis: 20_000 });
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'rolled-back' });
    },
  },
];

describe('where the policy asks a person,', () => {
  runCases(expiries, { policy: { confirm: 'manual', confirmLimitMillis: 2_000, onExpiry: 'finish' } });
});
