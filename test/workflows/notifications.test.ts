import { NOTIFIED_EVENTS } from '../../decision/notification';
import type { TargetSettings } from '../../activities/dependencies';
import type { Delivery } from '../support/webhook';
import { Webhook } from '../support/webhook';
import type { Case, Scene } from './scene';
import { eventually, ONE_BATCH, runCases } from './scene';

let webhook: Webhook;
const SECRET = 'canary-hook-71b2';

const takenOf = (one: Scene): Delivery[] => webhook.taken.filter(({ body }) => body['service'] === one.name);
const toldOf = (one: Scene): string[] => takenOf(one).map(({ body }) => String(body['event']));

const CASES: readonly Case[] = [
  {
    title: 'tells that it began and how it ended, once each',
    run: async (one) => {
      const result = await one.deploy({ overrides: ONE_BATCH });
      await eventually(() => toldOf(one).length === 2, 'both events');
      const [began, ended] = takenOf(one);
      expect(began?.body).toMatchObject({ event: 'started', deploymentId: result.deploymentId, verdict: null });
      expect(ended?.body).toMatchObject({ event: 'verdict', verdict: 'succeeded', reason: result.reason });
      expect(takenOf(one).map(({ eventId }) => eventId)).toEqual([
        `${result.deploymentId}.started.${result.startedAt}`,
        `${result.deploymentId}.verdict.${result.endedAt}`,
      ]);
      expect(ended?.headers['x-token']).toBe(SECRET);
    },
  },
  {
    title: 'tells that it waits for a person, with what can be done',
    run: async (one) => {
      const deploying = await one.start({ overrides: ONE_BATCH, hold: true });
      await one.until(deploying, 'confirming');
      await eventually(() => toldOf(one).includes('waiting'), 'the event');
      const waits = takenOf(one).find(({ body }) => body['event'] === 'waiting');
      expect(waits?.body['commands']).toEqual([
        `drover confirm ${one.rig.alias} storefront/${one.name}`,
        `drover rollback ${one.rig.alias} storefront/${one.name}`,
      ]);
      await deploying.signal('confirm', { by: 'jane' });
      await deploying.result();
      await eventually(() => toldOf(one).length === 3, 'all events');
      expect(toldOf(one)).toEqual(['started', 'waiting', 'verdict']);
    },
  },
  {
    title: 'is tried again until it is taken, under the same id',
    run: async (one) => {
      webhook.refuses.set(one.name, 2);
      const result = await one.deploy({ overrides: ONE_BATCH });
      await eventually(() => toldOf(one).length === 2, 'both events');
      const began = webhook.deliveries.filter(({ eventId }) => eventId.startsWith(`${result.deploymentId}.started`));
      expect(began.map(({ status }) => status)).toEqual([503, 503, 204]);
      expect(new Set(began.map(({ eventId }) => eventId)).size).toBe(1);
    },
  },
  {
    title: 'a webhook that never answers holds nothing',
    run: async (one) => {
      webhook.hangs.add(one.name);
      const began = Date.now();
      expect(await one.deploy({ overrides: ONE_BATCH })).toMatchObject({ verdict: 'succeeded' });
      expect(webhook.taken.filter(({ body }) => body['service'] === one.name)).toEqual([]);
      // One delivery alone is given twenty seconds.
      expect(Date.now() - began).toBeLessThan(20_000);
    },
  },
  {
    title: 'a refusal is a verdict that is told too',
    run: async (one) => {
      await one.rig.deploy({ ...one.asked(), image: one.image(2), sidekicks: { nobody: 'example/x:1' } });
      await eventually(() => toldOf(one).length === 2, 'both events');
      expect(takenOf(one)[1]?.body['verdict']).not.toBe('succeeded');
    },
  },
];

describe('people are told', () => {
  const target = (): TargetSettings => ({
    kind: 'webhook',
    url: webhook.url,
    headers: { 'x-token': SECRET },
    template: undefined,
  });
  beforeAll(async () => {
    webhook = await Webhook.start();
  });
  afterAll(() => webhook.close());
  runCases(CASES, {
    policy: { notify: [{ name: 'hook', events: NOTIFIED_EVENTS }] },
    targets: {
      get hook() {
        return target();
      },
    },
  });
});
