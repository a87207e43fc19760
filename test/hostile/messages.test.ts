import type { Payload } from '@temporalio/common';
import * as fc from 'fast-check';
import { PLAN_UPGRADE, UPGRADE_SERVICE } from '../../workflows/contract';
import type { Deploying } from '../support/rig';
import { Rig } from '../support/rig';
import { seedOf } from '../support/seeds';
import { HOSTILE_PAYLOADS, json } from './payloads';
import { RawTemporal } from './raw-temporal';
import { LIMIT_MILLIS, runs } from './runs';

const KINDS = Object.entries(HOSTILE_PAYLOADS);
const UNREADABLE = HOSTILE_PAYLOADS['an encoding that nobody knows'] ?? [];
const SERVICES = ['signals', 'updates', 'queries', 'early', 'cancelled', 'rolled-back', 'property'];
/** Names that nobody listens to. */
const NAMES = [
  'Cancel',
  'finish',
  'constructor',
  '__proto__',
  'toString',
  '__temporal_x',
  '__stack_trace',
  'é\u202e\u001b[2J',
];

let rig: Rig;
let raw: RawTemporal;
beforeAll(async () => {
  const launchConfig = { imageUuid: 'docker:example/app:1' };
  rig = await Rig.start({ seed: seedOf(...SERVICES.map((name) => ({ name, scale: 1, launchConfig }))) });
  raw = new RawTemporal(rig.client, rig.workflowQueue);
});
afterAll(() => rig.close());

const start = (service: string): Promise<Deploying> =>
  rig.start({ stack: 'cases', service, image: 'example/app:2', hold: true });
const held = async (service: string): Promise<Deploying> => {
  const deploying = await start(service);
  await rig.until(deploying, ({ phase }) => phase === 'confirming');
  return deploying;
};

describe('a message of any content is taken for what its name says', () => {
  test.concurrent(`signals: ${KINDS.length} kinds of content, and names that nobody listens to`, async () => {
    const deploying = await held('signals');
    const before = await rig.progress(deploying);
    for (const [, payloads] of KINDS) await raw.signal(deploying, 'retry', payloads);
    for (const name of NAMES) await raw.signal(deploying, name, UNREADABLE);
    const { events } = await rig.until(deploying, ({ eventCount }) => eventCount >= before.eventCount + KINDS.length);
    const refused = events.map(({ text }) => text).filter((text) => text.startsWith('retry by '));
    expect(refused).toHaveLength(KINDS.length);
    // Each is one clean line of a bearable length.
    for (const text of refused) expect(text).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]{1,900}$/u);
    await raw.signal(deploying, 'confirm', UNREADABLE);
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
    expect(rig.actions('signals')).toEqual(['upgrade', 'finishupgrade']);
  });

  test.concurrent('updates: refused in words where they make no sense, acknowledged where they do', async () => {
    const deploying = await held('updates');
    for (const [, payloads] of KINDS)
      await expect(raw.update(deploying, 'retry', payloads)).resolves.toMatch(
        /^retry is refused in phase confirming: /,
      );
    for (const name of NAMES) await expect(raw.update(deploying, name, UNREADABLE)).resolves.not.toBe('');
    await expect(raw.update(deploying, 'confirm', UNREADABLE)).resolves.toBe('');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
  });

  test.concurrent('queries: answered whatever they bring along; an unknown one fails by itself only', async () => {
    const deploying = await held('queries');
    for (const [, payloads] of KINDS) expect(await raw.query(deploying, 'progress', payloads)).toContain('confirming');
    for (const name of NAMES) await raw.query(deploying, name, UNREADABLE);
    await deploying.signal('confirm');
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
  });

  test.concurrent('a signal that comes before the deployment has begun', async () => {
    const request = rig.request({ stack: 'cases', service: 'early', image: 'example/app:2' });
    const deploying = await raw.signalWithStart(UPGRADE_SERVICE, [json(request)], 'cancel', UNREADABLE);
    await expect(deploying.result()).resolves.toMatchObject({ verdict: 'cancelled', rounds: 0 });
    expect(rig.actions('early')).toEqual([]);
  });

  test.concurrent.each([
    ['cancel', 'cancelled'],
    ['rollback', 'rolled-back'],
  ] as const)('%s restores', async (name, verdict) => {
    const deploying = await held(verdict);
    await raw.signal(deploying, name, HOSTILE_PAYLOADS['cut JSON'] ?? []);
    await expect(deploying.result()).resolves.toMatchObject({ verdict });
    expect(rig.actions(verdict)).toEqual(['upgrade', 'rollback']);
  });

  test.concurrent(
    'any JSON, in any number, under any name',
    async () => {
      const deploying = await held('property');
      const name = fc.oneof(
        fc.constant('retry'),
        fc.constantFrom(...NAMES),
        fc.string({ minLength: 1, maxLength: 50 }),
      );
      const content = fc.array(
        fc.oneof(
          fc.json().map((text) => json(JSON.parse(text))),
          fc.constantFrom(...KINDS.flatMap(([, payloads]) => payloads)),
        ),
        { maxLength: 3 },
      );
      await fc.assert(
        fc.asyncProperty(name, content, async (said, payloads) => {
          fc.pre(!['cancel', 'rollback', 'confirm'].includes(said));
          await raw.signal(deploying, said, payloads);
          expect(await raw.query(deploying, 'progress', payloads)).toContain('confirming');
        }),
        runs(50),
      );
      await deploying.signal('confirm');
      await expect(deploying.result()).resolves.toMatchObject({ verdict: 'succeeded' });
    },
    LIMIT_MILLIS,
  );
});

describe('a workflow that is started with something else than a request', () => {
  const starts: readonly (readonly [string, readonly Payload[]])[] = [
    ...KINDS,
    [
      'a request without its maps',
      [json({ requestId: 'r', deploymentId: 'd', environment: 'e', stack: 's', service: 'x' })],
    ],
    [
      'a request of wrong types',
      [json({ ...{ requestId: 1, deploymentId: {}, environment: [], stack: null, service: true } })],
    ],
  ];
  test.concurrent.each([UPGRADE_SERVICE, PLAN_UPGRADE])(
    `%s ends at once, and says why: ${starts.length} kinds`,
    async (type) => {
      const ends = await Promise.all(starts.map(async ([, payloads]) => raw.endOf(await raw.start(type, payloads))));
      for (const end of ends) expect(end).toMatch(/^InvalidInput: Nothing was started: ./);
    },
  );
});
