import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WithStartWorkflowOperation, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { MESSAGE_VERSION } from '../../decision/message-version';
import type { DeploymentRequest } from '../../decision/request';
import type { DeploymentResult } from '../../workflows/contract';
import { UPGRADE_SERVICE, workflowIdOf } from '../../workflows/contract';
import { ENTER_LANE, LANE } from '../../workflows/lane-contract';
import { LaneDoor } from '../support/lane-door';
import type { Deploying } from '../support/rig';
import type { Case, Scene } from './scene';
import { ONE_BATCH, runCases, STACK } from './scene';

/** What clients of the first release send, to the letter; only the names of the scene stand in for theirs. */
const FIRST = readFileSync(join(__dirname, 'payloads', 'of-the-first-release.json'), 'utf8');

interface Payloads {
  readonly request: DeploymentRequest;
  readonly ticket: object;
  readonly laneInput: object;
  readonly confirm: object;
}

function ofTheFirstRelease(one: Scene): Payloads {
  const text = FIRST.replaceAll('ENVIRONMENT', one.rig.alias)
    .replaceAll('SERVICE', one.name)
    .replaceAll('STACK', STACK)
    .replaceAll('IMAGE', one.image(2));
  return JSON.parse(text) as Payloads;
}

function startWith(one: Scene, request: object): Promise<Deploying> {
  return one.rig.client.workflow.start<(request: DeploymentRequest) => Promise<DeploymentResult>>(UPGRADE_SERVICE, {
    workflowId: workflowIdOf(one.rig.alias, STACK, one.name),
    taskQueue: one.rig.workflowQueue,
    args: [request as DeploymentRequest],
  });
}

/** Why a workflow failed; fails where it did not. */
async function failureOf(deploying: Deploying): Promise<string> {
  const error: unknown = await deploying.result().then(
    () => new Error('it did not fail'),
    (failed: unknown) => failed,
  );
  if (!(error instanceof WorkflowFailedError)) throw error;
  return error.cause?.message ?? '';
}

const rejectionOf = (update: Promise<unknown>): Promise<string> =>
  update.then(
    () => 'it was taken',
    (error: unknown) => {
      if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
      throw error;
    },
  );

const NEWER = { version: MESSAGE_VERSION + 1 };
const TOLD = /of version 2 of Drover's messages, and this worker knows them up to version 1: bring the workers/;

const CASES: readonly Case[] = [
  {
    title: 'what a client of the first release sends, starts and confirms a deployment',
    run: async (one) => {
      const { request, confirm } = ofTheFirstRelease(one);
      expect(request).not.toHaveProperty('version');
      const deploying = await startWith(one, request);
      await one.until(deploying, 'confirming');
      await deploying.executeUpdate('confirm', { args: [confirm] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  {
    title: 'so does its request at the door of a lane',
    run: async (one) => {
      const { ticket, laneInput, confirm } = ofTheFirstRelease(one);
      const entered = await one.rig.client.workflow.executeUpdateWithStart<() => Promise<void>, object, [object]>(
        ENTER_LANE,
        {
          args: [ticket],
          startWorkflowOperation: new WithStartWorkflowOperation(LANE, {
            workflowId: new LaneDoor(one.rig, { stack: STACK, service: one.name }).id,
            taskQueue: one.rig.workflowQueue,
            args: [laneInput] as never,
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        },
      );
      expect(entered).toMatchObject({ how: 'started', place: { at: 'running' } });
      const door = new LaneDoor(one.rig, { stack: STACK, service: one.name });
      await one.until(door.deployment(), 'confirming');
      await door.deployment().signal('confirm', confirm);
      expect(await door.deployment().result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
  {
    title: 'a request that is newer than the worker is refused before anything is asked of Rancher',
    run: async (one) => {
      expect(await failureOf(await startWith(one, { ...one.rig.request(one.asked()), ...NEWER }))).toMatch(TOLD);
      expect(one.actions).toEqual([]);
    },
  },
  {
    title: 'and so is one that asks for something that the worker does not know',
    run: async (one) => {
      const request = { ...one.rig.request(one.asked()), onlyAtNight: true };
      expect(await failureOf(await startWith(one, request))).toContain('does not know (a field "onlyAtNight")');
      const deeper = one.rig.request(one.asked());
      const overrides = { ...deeper.overrides, pauseMillis: 1 };
      expect(await failureOf(await startWith(one, { ...deeper, overrides }))).toContain('(a field "pauseMillis")');
      expect(one.actions).toEqual([]);
    },
  },
  {
    title: 'a lane refuses a newer request; where nobody waits for an answer, the record of it says so',
    run: async (one) => {
      const door = new LaneDoor(one.rig, { stack: STACK, service: one.name });
      await door.enter(door.ticket('first', one.image(2), 'reject', { hold: true, overrides: ONE_BATCH }));
      await one.until(door.deployment(), 'confirming');
      expect(await rejectionOf(door.enter(door.ticket('second', one.image(3), 'queue', NEWER)))).toMatch(TOLD);
      await door.lane.signal(ENTER_LANE, door.ticket('third', one.image(3), 'queue', NEWER));
      const { verdict, reason } = await door.record('third');
      expect([verdict, reason]).toEqual(['refused', expect.stringMatching(TOLD)]);
      await door.deployment().signal('cancel');
      await door.lane.result();
      expect(one.actions).toEqual(['upgrade', 'rollback']);
    },
  },
  {
    title: 'a newer message is refused as an update, and written down as a signal; one that it knows is taken',
    run: async (one) => {
      const deploying = await one.start({ hold: true, overrides: ONE_BATCH });
      await one.until(deploying, 'confirming');
      const newer = { by: 'jane', ...NEWER };
      expect(await rejectionOf(deploying.executeUpdate('confirm', { args: [newer] }))).toMatch(TOLD);
      await deploying.signal('confirm', newer);
      await one.rig.until(deploying, ({ events }) => events.some(({ text }) => TOLD.test(text)));
      await deploying.executeUpdate('confirm', { args: [{ by: 'jane', version: 1 }] });
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded' });
    },
  },
];

describe('client and worker of different releases', () => {
  runCases(CASES, { policy: { confirmLimitMillis: 60_000 } });
});
