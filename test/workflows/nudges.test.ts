import type { FollowedService, KnownOfService, ServiceWatch } from '../../activities/service-watch';
import type { ConfigVersion } from '../../decision/service-snapshot';
import { NUDGE } from '../../workflows/contract';
import type { Nudge } from '../../workflows/contract';
import { runReleaseCases } from '../support/release-scene';
import type { Deploying } from '../support/rig';
import { ONE_BATCH, runCases } from './scene';
import type { Case, Scene } from './scene';

const MINUTE = 60_000;

/** Frames come in, as the activities are told; nudges are sent by the cases themselves. */
class StandInWatch implements ServiceWatch {
  readonly followers = new Map<string, string>();
  leastLookMillis = 0;
  readonly tellings: { readonly serviceId: string; readonly state: string; readonly upgraded: boolean }[] = [];

  follow({ serviceId }: FollowedService, { workflowId }: { workflowId: string }): boolean {
    this.followers.set(serviceId, workflowId);
    return true;
  }

  told({ serviceId }: FollowedService, { state }: KnownOfService, upgraded: readonly ConfigVersion[] | null): void {
    this.tellings.push({ serviceId, state, upgraded: upgraded !== null });
  }

  async changed(_service: FollowedService, _state: string, millis: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, millis));
  }
}

const watch = new StandInWatch();

interface Told {
  /** Inputs of the reads, in their order. */
  readonly reads: readonly unknown[];
  /** How long timers were to run, milliseconds. */
  readonly timers: readonly number[];
}

async function historyOf(deploying: Deploying): Promise<Told> {
  const { events = [] } = await deploying.fetchHistory();
  const scheduled = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: one }) =>
    one?.activityType?.name === 'readService' ? [one.input?.payloads?.[0]?.data ?? new Uint8Array()] : [],
  );
  return {
    reads: scheduled.map((data) => JSON.parse(Buffer.from(data).toString()) as unknown),
    timers: (events ?? []).flatMap(({ timerStartedEventAttributes: one }) =>
      one == null ? [] : [Number(one.startToFireTimeout?.seconds ?? 0) * 1000],
    ),
  };
}

const nudge = (deploying: Deploying, given: Nudge | string): Promise<void> => deploying.signal(NUDGE, given);
const isWaiting = (one: Scene, deploying: Deploying): Promise<unknown> => one.until(deploying, 'waiting');

// Whoever is not nudged waits for minutes here.
const CASES: Case[] = [
  {
    title: 'another state: the service is read at once, and the deployment goes on',
    run: async (one) => {
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.reaches('upgraded');
      await nudge(deploying, { saw: 'state', state: 'upgraded' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 1 });
      expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
    },
  },
  {
    title: 'a state that is known, and what is only told, cost no read',
    run: async (one) => {
      one.behave(2, { pullMillis: 60_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await isWaiting(one, deploying);
      const { reads } = await historyOf(deploying);
      await nudge(deploying, { saw: 'state', state: 'upgrading' });
      await nudge(deploying, { saw: 'progress', state: 'upgrading', running: 1, expected: 2 });
      await one.rig.until(deploying, ({ events }) => events.some(({ text }) => text === '1 new container runs'));
      expect((await historyOf(deploying)).reads).toEqual(reads);
      await one.reaches('upgraded');
      await nudge(deploying, { saw: 'state', state: 'upgraded' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  {
    title: 'a read without containers says nothing of those that events told of',
    run: async (one) => {
      one.behave(2, { pullMillis: 60_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await isWaiting(one, deploying);
      const { reads } = await historyOf(deploying);
      await nudge(deploying, { saw: 'progress', state: 'upgrading', running: 1, expected: 2 });
      await nudge(deploying, { saw: 'check' });
      while ((await historyOf(deploying)).reads.length === reads.length) await one.rig.progress(deploying);
      await one.reaches('upgraded');
      await nudge(deploying, { saw: 'state', state: 'upgraded' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      const said = (await one.rig.progress(deploying)).events.map(({ text }) => text);
      expect(said.filter((text) => /^\d+ new container/.test(text))).toEqual(['1 new container runs']);
    },
  },
  {
    title: 'nearly done: one activity reads a few times, until it is',
    run: async (one) => {
      one.behave(2, { pullMillis: 8_000 });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await isWaiting(one, deploying);
      await nudge(deploying, { saw: 'nearly-done', state: 'upgrading' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
      const { reads } = await historyOf(deploying);
      expect(reads).toEqual([expect.objectContaining({ burst: 'upgrading' })]);
    },
  },
  {
    title: 'what nobody can read is a reason to look',
    run: async (one) => {
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.reaches('upgraded');
      await nudge(deploying, 'hello');
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  {
    title: 'a message of Rancher’s: its containers and its log are read too',
    run: async (one) => {
      one.behave(2, { startFails: { forMillis: 60_000 } });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await isWaiting(one, deploying);
      await one.receives('POST', 'action=upgrade');
      await nudge(deploying, { saw: 'message', state: 'upgrading' });
      await one.rig.until(deploying, ({ instances }) => instances.length > 0);
      await one.reaches('upgraded');
      await nudge(deploying, { saw: 'state', state: 'upgraded' });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  {
    title: 'a deployment whose service is watched asks seldom: its timers are wide, and it costs Rancher ten requests',
    run: async (one) => {
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.reaches('upgraded');
      await nudge(deploying, { saw: 'state', state: 'upgraded' });
      const { serviceId } = await deploying.result();
      // Half the stall limit: see `waitMillis`.
      expect((await historyOf(deploying)).timers).toEqual([15 * MINUTE]);
      // Besides those by which it was found: of the stack and of the service.
      const path = new RegExp(`^.*/services/${serviceId ?? ''}(?!\\d)/?`);
      const requests = one.rig.simulator.world.requests().filter((request) => path.test(request.path));
      expect(requests.map(({ method, path: asked }) => `${method} ${asked.replace(path, '…')}`)).toEqual([
        'GET …',
        'POST …?action=upgrade',
        'GET …',
        'GET …',
        'GET …instances?limit=1000',
        'POST …?action=finishupgrade',
        'GET …',
        'GET …instances?limit=1000',
      ]);
      expect(watch.followers.get(serviceId ?? '')).toBe(deploying.workflowId);
      const told = watch.tellings.filter((telling) => telling.serviceId === serviceId);
      expect(told.map(({ state, upgraded }) => `${state}${upgraded ? ' by ours' : ''}`)).toEqual([
        'upgrading by ours',
        'upgraded by ours',
        'finishing-upgrade',
        'active',
      ]);
    },
  },
];

describe('news of a service that a release upgrades', () => {
  runReleaseCases(
    [
      {
        title: 'Rancher tells nothing of a release that is gone: that is looked up all the same, in seconds',
        services: ['a', 'b'],
        run: async (one) => {
          await one.start({ a: [], b: ['a'] }, { confirm: 'manual' });
          await one.until(({ phase }) => phase === 'confirming');
          await one.handle.terminate('by hand');
          for (const service of ['a', 'b']) {
            expect(await one.deployment(service).result()).toMatchObject({ verdict: 'rolled-back' });
            expect(one.runs(service)).toBe('active 1 x2');
          }
        },
      },
    ],
    { watch },
  );
});

describe('very many that are watched by one worker', () => {
  const crowded = Object.assign(new StandInWatch(), { leastLookMillis: 25 * MINUTE });
  runCases(
    [
      {
        title: 'look rarely: as often as they are told, or as a limit needs it',
        run: async (one) => {
          const deploying = await one.start({ overrides: ONE_BATCH, hold: true });
          await one.reaches('upgraded');
          await nudge(deploying, { saw: 'state', state: 'upgraded' });
          await one.until(deploying, 'confirming');
          await deploying.signal('confirm');
          expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
          expect((await historyOf(deploying)).timers).toEqual([25 * MINUTE, 25 * MINUTE]);
        },
      },
    ],
    { watch: crowded, policy: { stallLimitMillis: 120 * MINUTE } },
  );
});

describe('news of a service', () => {
  runCases(CASES, {
    watch,
    policy: { pollMinMillis: 10 * MINUTE, pollMaxMillis: 10 * MINUTE, stallLimitMillis: 30 * MINUTE },
  });
});
