import type { DeploymentResult } from '../../workflows/contract';
import type { LaneAnswer, LanePlace } from '../../workflows/lane-contract';
import { ENTER_LANE, LEAVE_LANE, SUPERSEDE } from '../../workflows/lane-contract';
import { LaneDoor } from '../support/lane-door';
import type { Ticket } from '../../decision/lane';
import { Rig } from '../support/rig';
import type { Case } from './scene';
import { ONE_BATCH, PROJECT, runCases, Scene, STACK } from './scene';

const doorOf = (one: Scene): LaneDoor => new LaneDoor(one.rig, { stack: STACK, service: one.name });

function running(answer: LaneAnswer): Extract<LanePlace, { at: 'running' }> {
  if (!('place' in answer) || answer.place.at !== 'running')
    throw new Error(`it does not run: ${JSON.stringify(answer)}`);
  return answer.place;
}

/** Upgrades that Rancher took, by image. */
const upgrades = (one: Scene): string[] =>
  one.posted.map(({ launchConfig }) => String(launchConfig?.['imageUuid']).split(':').at(-1) ?? '');

/** Never were two of Rancher's upgrades open at once. */
function expectOneAtATime(one: Scene): void {
  let isOpen = false;
  for (const action of one.actions) {
    if (action === 'upgrade') expect(isOpen).toBe(false);
    isOpen = action === 'upgrade';
  }
}

const CASES: readonly Case[] = [
  {
    title: 'a request at the door of an empty lane runs, and the lane ends after it',
    run: async (one) => {
      const door = doorOf(one);
      const answer = await door.enter(door.ticket('a', one.image(2), 'reject', { overrides: ONE_BATCH }));
      expect(answer).toMatchObject({ how: 'started', requestId: 'a', deploymentId: 'd-a' });
      expect(await door.deployment(running(answer).runId).result()).toMatchObject({ verdict: 'succeeded' });
      await door.lane.result();
    },
  },
  {
    title: 'the same request again attaches, under the same id something else is told',
    run: async (one) => {
      const door = doorOf(one);
      const ticket = door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH });
      const first = await door.enter(ticket);
      const again = await door.enter(ticket);
      expect(again).toMatchObject({ how: 'attached', place: running(first) });
      expect(await door.enter({ ...ticket, digest: 'of something else' })).toMatchObject({ how: 'other-content' });
      await door.deployment().signal('cancel');
      await door.deployment().result();
    },
  },
  {
    title: 'another request is rejected, or follows, as it asks',
    run: async (one) => {
      const door = doorOf(one);
      const first = await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      expect(await door.enter(door.ticket('b', one.image(3), 'reject'))).toEqual({ how: 'busy' });
      expect(await door.enter(door.ticket('b', one.image(3), 'attach'))).toMatchObject({
        how: 'attached',
        requestId: 'a',
        place: running(first),
      });
      await door.deployment().signal('cancel');
      expect((await door.deployment().result()).verdict).toBe('cancelled');
      await door.lane.result();
      expect(upgrades(one).every((tag) => tag === '2')).toBe(true);
    },
  },
  {
    title: 'queued requests run one after the other, first come, first served',
    run: async (one) => {
      const door = doorOf(one);
      await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      const answers = [];
      for (const tag of [3, 4, 5])
        answers.push(await door.enter(door.ticket(`r${tag}`, one.image(tag), 'queue', { overrides: ONE_BATCH })));
      expect(answers.map((answer) => ('place' in answer ? answer.place : null))).toEqual([
        { at: 'waiting', position: 1 },
        { at: 'waiting', position: 2 },
        { at: 'waiting', position: 3 },
      ]);
      const view = await door.view();
      expect(view.holder).toMatchObject({ requestId: 'a', requestedBy: 'a test', images: one.image(2) });
      expect(view.waiting.map(({ requestId }) => requestId)).toEqual(['r3', 'r4', 'r5']);
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.deployment().signal('confirm');
      await door.lane.result();
      expect(upgrades(one)).toEqual(['2', '3', '4', '5']);
      expectOneAtATime(one);
      one.expectRuns(5, 2);
    },
  },
  {
    title: 'who waits can be taken out at once: the record says who did it, and the others move up',
    run: async (one) => {
      const door = doorOf(one);
      await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await door.enter(door.ticket('b', one.image(3), 'queue', { overrides: ONE_BATCH }));
      await door.enter(door.ticket('c', one.image(4), 'queue', { overrides: ONE_BATCH }));
      expect(await door.leave('b')).toEqual({ left: true });
      expect(await door.leave('b')).toEqual({ left: false });
      expect(await door.record('b')).toMatchObject({
        verdict: 'cancelled',
        requestId: 'b',
        reason: expect.stringMatching(/cancel by a person.*nothing was changed/) as string,
      });
      expect((await door.view()).waiting.map(({ requestId }) => requestId)).toEqual(['c']);
      await door.deployment().signal('cancel');
      await door.lane.result();
      expect(upgrades(one).at(-1)).toBe('4');
      expect(upgrades(one)).not.toContain('3');
    },
  },
  {
    title: 'a request that gave way and comes once more does not run: it stays what it was',
    run: async (one) => {
      const door = doorOf(one);
      await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      const late = door.ticket('b', one.image(3), 'queue', { overrides: ONE_BATCH });
      await door.enter(late);
      await door.enter(door.ticket('c', one.image(4), 'supersede', { overrides: ONE_BATCH }));
      expect(await door.record('b')).toMatchObject({ verdict: 'superseded' });
      // Its client had no answer in time, and sent it again, while others come too.
      expect(await door.enter(late)).toMatchObject({ how: 'attached', place: { at: 'over' } });
      for (const tag of [5, 6]) {
        const queued = door.ticket(`q${tag}`, one.image(3), 'queue', { overrides: ONE_BATCH });
        await door.lane.signal('enter', queued);
        await door.lane.signal('enter', door.ticket(`s${tag}`, one.image(tag), 'supersede', { overrides: ONE_BATCH }));
        await door.lane.signal('enter', queued);
        await door.lane.signal('enter', late);
      }
      await door.lane.result();
      expect(upgrades(one).at(-1)).toBe('6');
      expect(upgrades(one)).not.toContain('3');
    },
  },
  {
    title: 'superseding rolls the running one back, ends those between, and the newest wins',
    run: async (one) => {
      const door = doorOf(one);
      const first = await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await door.enter(door.ticket('b', one.image(3), 'queue', { overrides: ONE_BATCH }));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.enter(door.ticket('c', one.image(4), 'supersede', { overrides: ONE_BATCH }));
      const superseded: DeploymentResult = await door.deployment(running(first).runId).result();
      expect(superseded).toMatchObject({ verdict: 'superseded' });
      expect(superseded.reason).toMatch(/asked for .*:4 meanwhile.*the former configuration is proven to run/);
      expect(await door.record('b')).toMatchObject({ verdict: 'superseded' });
      expect(await door.ran('c')).toMatchObject({ verdict: 'succeeded' });
      await door.lane.result();
      expect(upgrades(one)).toEqual(['2', '4']);
      one.expectRuns(4, 2);
    },
  },
  {
    title: 'what is being finished cannot be superseded any more: it ends, and then the newest runs',
    run: async (one) => {
      const door = doorOf(one);
      const first = await door.enter(door.ticket('a', one.image(2), 'reject', { overrides: ONE_BATCH }));
      await one.receives('POST', 'action=finishupgrade');
      await door.enter(door.ticket('b', one.image(3), 'supersede', { overrides: ONE_BATCH }));
      expect(await door.deployment(running(first).runId).result()).toMatchObject({ verdict: 'succeeded' });
      await door.lane.result();
      expect(upgrades(one)).toEqual(['2', '3']);
      one.expectRuns(3, 2);
    },
  },
  {
    title: 'a lane that somebody terminates takes no deployment with it, and the next one waits for that',
    run: async (one) => {
      const door = doorOf(one);
      const first = await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.lane.terminate('by hand');
      expect(await door.enter(door.ticket('b', one.image(3), 'reject'))).toEqual({ how: 'busy' });
      expect(await door.enter(door.ticket('c', one.image(4), 'queue', { overrides: ONE_BATCH }))).toMatchObject({
        how: 'waits',
        place: { at: 'waiting', position: 1 },
      });
      expect((await door.view()).holder).toBe('unknown');
      await door.deployment(running(first).runId).signal('confirm');
      expect(await door.ran('c')).toMatchObject({ verdict: 'succeeded' });
      expectOneAtATime(one);
      expect(upgrades(one)).toEqual(['2', '4']);
    },
  },
  {
    title: 'what waited in a lane that somebody terminates has its order again, whoever comes first',
    run: async (one) => {
      const door = doorOf(one);
      await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      const tickets = [3, 4, 5].map((tag) => door.ticket(`r${tag}`, one.image(tag), 'queue', { overrides: ONE_BATCH }));
      await Promise.all(tickets.map((ticket) => door.enter(ticket)));
      const { waiting } = await door.view();
      const order = waiting.map(({ requestId }) => requestId);
      expect(order.toSorted()).toEqual(['r3', 'r4', 'r5']);
      await door.lane.terminate('by hand');
      await door.enter(door.ticket('new', one.image(6), 'queue', { overrides: ONE_BATCH }));
      for (const ticket of tickets.toReversed()) {
        const since = waiting.find(({ requestId }) => requestId === ticket.request.requestId)?.since;
        await door.enter({ ...ticket, ...(since === undefined ? {} : { since }) });
      }
      expect((await door.view()).waiting.map(({ requestId }) => requestId)).toEqual([...order, 'new']);
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.deployment().signal('confirm');
      await door.lane.result();
      expect(upgrades(one)).toEqual(['2', ...order.map((id) => id.slice(1)), '6']);
    },
  },
  {
    title: 'one that was to supersede, and comes from a terminated lane again, takes nothing from who asked after it',
    run: async (one) => {
      const door = doorOf(one);
      await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      const old = door.ticket('old', one.image(3), 'supersede', { overrides: ONE_BATCH });
      await door.enter(door.ticket('new', one.image(4), 'queue', { overrides: ONE_BATCH }));
      await door.enter({ ...old, since: 1 });
      expect((await door.view()).waiting.map(({ requestId }) => requestId)).toEqual(['old', 'new']);
      await door.deployment().signal('confirm');
      await door.lane.result();
      expect(upgrades(one)).toEqual(['2', '3', '4']);
    },
  },
  {
    title: 'a deployment that is told that another one has to give way passes it over',
    run: async (one) => {
      const door = doorOf(one);
      await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.deployment().signal(SUPERSEDE, { by: 'a lane', deploymentId: 'd-before' });
      await door.deployment().signal('confirm');
      expect(await door.deployment().result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  ...[false, true].map((lanes): Case => ({
    title: `a holder that ends just when it is to give way${lanes ? ', its lane with it' : ''}: nobody else does`,
    run: async (one) => {
      const door = doorOf(one);
      for (const tag of [2, 4, 6]) {
        await door.enter(door.ticket(`a${tag}`, one.image(tag), 'reject', { hold: true, overrides: ONE_BATCH }));
        await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
        if (lanes) await door.lane.terminate('by hand');
        const next = door.ticket(`b${tag}`, one.image(tag + 1), 'supersede', { overrides: ONE_BATCH });
        await Promise.all([door.deployment().terminate('by hand'), door.enter(next)]);
        expect(await door.ran(`b${tag}`)).toMatchObject({ verdict: 'succeeded' });
        await door.lane.result();
      }
      one.expectRuns(7, 2);
    },
  })),
  {
    title: 'a deployment that somebody terminates holds the lane no longer',
    run: async (one) => {
      const door = doorOf(one);
      const first = await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.enter(door.ticket('b', one.image(3), 'queue', { overrides: ONE_BATCH }));
      await door.deployment(running(first).runId).terminate('by hand');
      expect(await door.ran('b')).toMatchObject({ verdict: 'succeeded' });
      one.expectRuns(3, 2);
    },
  },
  {
    title: 'a dozen requests at once: never two in flight at Rancher, each runs once, in the order in which they came',
    run: async (one) => {
      const door = doorOf(one);
      const tags = Array.from({ length: 12 }, (_, index) => index + 2);
      // Nobody is over before all have come: the places that they are told stay theirs.
      await door.enter(door.ticket('a', one.image(99), 'reject', { hold: true, overrides: ONE_BATCH }));
      const answers = await Promise.all(
        tags.map((tag) => door.enter(door.ticket(`r${tag}`, one.image(tag), 'queue', { overrides: ONE_BATCH }))),
      );
      const order = [...tags.keys()]
        .map((index) => {
          const answer = answers[index];
          const place = answer !== undefined && 'place' in answer ? answer.place : null;
          return { tag: String(tags[index]), position: place?.at === 'waiting' ? place.position : 0 };
        })
        .sort((left, right) => left.position - right.position)
        .map(({ tag }) => tag);
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.deployment().signal('confirm');
      await door.lane.result();
      expect(upgrades(one)).toEqual(['99', ...order]);
      expectOneAtATime(one);
      one.expectRuns(order.at(-1) ?? '', 2);
    },
  },
];

describe('the lane of a service', () => {
  runCases(CASES);
});

// As it is after a worker was killed while it was at work on the lane: what came meanwhile comes all in one task, a request before the end that was before it.
describe('a request that comes in one task with the end of who had the service', () => {
  test.each([
    ['of somebody who waits for the answer', (door: LaneDoor, ticket: Ticket) => door.enter(ticket)],
    ['of a release', (door: LaneDoor, ticket: Ticket) => door.lane.signal(ENTER_LANE, ticket)],
  ])(
    '%s: it is not sent away',
    async (_, knock) => {
      const image = 'docker:example/web:1';
      const services = [{ name: 'web', scale: 2, launchConfig: { imageUuid: image } }];
      const rig = await Rig.start({
        seed: {
          keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
          projects: [{ name: PROJECT, stacks: [{ name: STACK, services }] }],
        },
      });
      try {
        const one = new Scene(rig, 'web');
        const door = doorOf(one);
        const first = await door.enter(door.ticket('a', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
        const holder = door.deployment(running(first).runId);
        await rig.until(holder, ({ phase }) => phase === 'confirming');
        await rig.workflowsWorkerGoes();
        await door.lane.signal(LEAVE_LANE, 'nobody', { by: 'a test' });
        const { connection, workflowService } = rig.client;
        const task = {
          namespace: 'default',
          taskQueue: { name: rig.workflowQueue },
          identity: 'a worker that is killed',
        };
        const { taskToken, workflowExecution } = await connection.withDeadline(Date.now() + 30_000, () =>
          workflowService.pollWorkflowTaskQueue(task),
        );
        expect(workflowExecution?.workflowId).toBe(door.id);
        await rig.workflowsWorkerComes();
        const knocked = knock(door, door.ticket('b', one.image(3), 'reject', { overrides: ONE_BATCH }));
        await holder.signal('confirm');
        expect(await holder.result()).toMatchObject({ verdict: 'succeeded' });
        await workflowService.respondWorkflowTaskFailed({ namespace: 'default', taskToken, identity: task.identity });
        await knocked;
        await door.lane.result();
        one.expectRuns(3, 2);
      } finally {
        await rig.close();
      }
    },
    60_000,
  );
});
