import type { Rig } from '../../support/rig';
import { LaneDoor } from '../../support/lane-door';
import { ENTER_LANE, LEAVE_LANE } from '../../../workflows/lane-contract';
import { ONE_BATCH, Scene, STACK } from '../../workflows/scene';
import type { Played } from './played';
import { hasEnded } from './played';

interface Door {
  readonly one: Scene;
  readonly door: LaneDoor;
  /** The one that has the service: held, until it is told otherwise. */
  readonly begin: () => Promise<unknown>;
}

function path(name: string, play: (door: Door) => Promise<void>): Played {
  return {
    name,
    play: async (rig: Rig) => {
      const one = new Scene(rig, name);
      const door = new LaneDoor(rig, { stack: STACK, service: name });
      const first = door.ticket('first', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH });
      await play({ one, door, begin: () => door.enter(first) });
      await door.lane.result();
    },
  };
}

/** Requests at the door of a service. */
export const lanes: readonly Played[] = [
  path('queued', async ({ one, door, begin }) => {
    await begin();
    await door.enter(door.ticket('second', one.image(3), 'queue', { overrides: ONE_BATCH }));
    await door.enter(door.ticket('third', one.image(4), 'queue', { overrides: ONE_BATCH }));
    await door.enter(door.ticket('fourth', one.image(5), 'reject'));
    await door.enter(door.ticket('fifth', one.image(5), 'attach'));
    await door.leave('third');
    hasEnded('withdrawn', await door.record('third'), 'cancelled');
    await door.deployment().signal('cancel');
    hasEnded('queued', await door.ran('second'), 'succeeded');
  }),
  path('superseded', async ({ one, door, begin }) => {
    await begin();
    await door.enter(door.ticket('second', one.image(3), 'queue'));
    await door.enter(door.ticket('third', one.image(4), 'supersede', { overrides: ONE_BATCH }));
    hasEnded('gave way', await door.record('second'), 'superseded');
    hasEnded('superseding', await door.ran('third'), 'succeeded');
  }),
  path('ended-by-hand', async ({ begin, door }) => {
    await begin();
    await door.deployment().terminate('by hand');
  }),
  path('by-signal', async ({ one, door, begin }) => {
    await begin();
    await door.lane.signal(ENTER_LANE, door.ticket('second', one.image(3), 'queue'));
    await door.lane.signal(ENTER_LANE, door.ticket('refused', one.image(4), 'reject'));
    hasEnded('busy', await door.record('refused'), 'refused');
    await door.lane.signal(LEAVE_LANE, 'second', { by: 'jane' });
    hasEnded('left', await door.record('second'), 'cancelled');
    await door.deployment().signal('rollback', { by: 'jane' });
  }),
  path('refused', async ({ one, door, begin }) => {
    await begin();
    await door.enter(door.ticket('busy', one.image(3), 'reject'));
    await door.lane.signal(ENTER_LANE, door.ticket('busy-too', one.image(4), 'reject'));
    hasEnded('refused', await door.record('busy-too'), 'refused');
    await door.deployment().signal('cancel');
  }),
  path('taken', async ({ one, door }) => {
    const running = await one.start({ hold: true, overrides: ONE_BATCH });
    await one.until(running, 'confirming');
    const entered = door.enter(door.ticket('second', one.image(3), 'queue', { overrides: ONE_BATCH }));
    await entered;
    await running.signal('confirm');
    await running.result();
    hasEnded('after it', await door.ran('second'), 'succeeded');
  }),
];
