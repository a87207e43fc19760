import { randomUUID } from 'node:crypto';
import { NOTIFIED_EVENTS } from '../../decision/notification';
import type { TargetSettings } from '../../activities/dependencies';
import type { PipelineRequest } from '../../decision/pipeline';
import { STAGE_DEFAULTS } from '../../decision/pipeline';
import type { ReleaseRequest } from '../../decision/release';
import { RELEASE_DEFAULTS } from '../../decision/release';
import { PIPELINE, pipelineWorkflowIdOf } from '../../workflows/pipeline-contract';
import { RELEASE, releaseWorkflowIdOf } from '../../workflows/release-contract';
import { LaneDoor } from '../support/lane-door';
import type { Delivery } from '../support/webhook';
import { Webhook } from '../support/webhook';
import type { Case, Scene } from './scene';
import { eventually, ONE_BATCH, runCases, STACK } from './scene';

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
  {
    title: 'of a deployment that somebody ended in Temporal its lane tells that, once; not of one that was only reset',
    run: async (one) => {
      const door = new LaneDoor(one.rig, { stack: STACK, service: one.name });
      const ids = ['kept', 'ended'].map((name) => `${name}-${one.rig.alias}`);
      const [kept = '', ended = ''] = ids;
      const asked = { hold: true, overrides: ONE_BATCH };
      await door.enter(door.ticket(kept, one.image(2), 'reject', asked));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      const { runId } = await door.deployment().describe();
      const { events } = await door.deployment().fetchHistory();
      const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes);
      await one.rig.client.workflowService.resetWorkflowExecution({
        ...{ namespace: 'default', requestId: randomUUID(), reason: 'by hand' },
        workflowExecution: { workflowId: door.deployment().workflowId, runId },
        workflowTaskFinishEventId: firstTask?.eventId ?? null,
      });
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.deployment().signal('confirm', { by: 'jane' });
      await eventually(() => toldOf(one).includes('verdict'), 'the verdict of the one that was reset');
      await door.lane.result();

      await door.enter(door.ticket(ended, one.image(3), 'reject', asked));
      await one.rig.until(door.deployment(), ({ phase }) => phase === 'confirming');
      await door.deployment().terminate('the cluster moves');
      await door.lane.result();
      const endOf = (id: string): readonly Delivery[] =>
        takenOf(one).filter(({ body }) => body['event'] === 'verdict' && body['deploymentId'] === `d-${id}`);
      await eventually(() => endOf(ended).length > 0, 'the end');
      expect(endOf(ended).map(({ body }) => body)).toEqual([
        expect.objectContaining({
          verdict: 'interfered',
          reason: expect.stringContaining('somebody ended its workflow in Temporal') as unknown,
          commands: expect.arrayContaining([`drover orphans ${one.rig.alias}`]) as unknown,
        }),
      ]);
      expect(endOf(kept).map(({ body }) => body['verdict'])).toEqual(['succeeded']);
    },
  },
  {
    title: 'a release tells that it waits to be confirmed, and how it ended',
    run: async (one) => {
      const releaseId = `r${randomUUID().slice(0, 12)}`;
      const workflowId = releaseWorkflowIdOf(releaseId);
      const { stack, service, image } = one.asked();
      const asked = { environment: one.rig.alias, stack, service, image: image ?? '' };
      const request: ReleaseRequest = {
        ...RELEASE_DEFAULTS,
        ...{ requestId: `request-${releaseId}`, releaseId, name: 'a change', confirm: 'manual', author: { by: 'joe' } },
        services: [
          { ...asked, sidekicks: {}, variables: {}, labels: {}, redeploy: false, overrides: {}, dependsOn: [] },
        ],
      };
      const part = one.rig.request({ ...asked, overrides: ONE_BATCH, release: { releaseId, workflowId } });
      const handle = await one.rig.client.workflow.start(RELEASE, {
        ...{ workflowId, taskQueue: one.rig.workflowQueue },
        args: [{ request, waves: [[{ request: part, digest: 'a', whenBusy: 'reject' }]] }],
      });
      const told = (): readonly Delivery[] => webhook.taken.filter(({ body }) => body['deploymentId'] === releaseId);
      await eventually(() => told().length > 0, 'that it waits');
      await handle.signal('confirm', { by: 'jane' });
      await handle.result();
      await eventually(() => told().length > 1, 'its end');
      expect(told().map(({ body }) => body)).toEqual([
        expect.objectContaining({
          ...{ kind: 'release', event: 'waiting', environment: one.rig.alias, service: '', by: 'joe' },
          asked: `a change: ${STACK}/${one.name} in ${one.rig.alias}`,
          commands: [`drover confirm --release ${releaseId}`, `drover rollback --release ${releaseId}`],
        }),
        expect.objectContaining({ kind: 'release', event: 'verdict', verdict: 'succeeded' }),
      ]);
      for (const { eventId, body } of told()) expect(eventId).toMatch(`${releaseId}.${String(body['event'])}.`);
      // What the release holds waits for the release, not for a person.
      expect(toldOf(one)).not.toContain('waiting');
    },
  },
  {
    title: 'a pipeline tells that a stage waits for approvals, and how it ended',
    run: async (one) => {
      const pipelineId = `p${randomUUID().slice(0, 12)}`;
      const request: PipelineRequest = {
        ...{ requestId: `request-${pipelineId}`, pipelineId, name: 'weekly', stack: STACK, services: [one.name] },
        ...{ withSettings: true, author: { by: 'joe' } },
        stages: [
          {
            ...{ name: 'live', from: one.rig.alias, environments: [one.rig.alias], order: 'sequence', freeze: [] },
            ...{ approvals: STAGE_DEFAULTS.approvals, soakMillis: 0 },
          },
        ],
      };
      const handle = await one.rig.client.workflow.start(PIPELINE, {
        ...{ workflowId: pipelineWorkflowIdOf(pipelineId), taskQueue: one.rig.workflowQueue, args: [request] },
      });
      const told = (): readonly Delivery[] => webhook.taken.filter(({ body }) => body['deploymentId'] === pipelineId);
      await eventually(() => told().length > 0, 'that it waits');
      await handle.signal('cancel', { by: 'jane' });
      await handle.result();
      await eventually(() => told().length > 1, 'its end');
      expect(told().map(({ body }) => body)).toEqual([
        expect.objectContaining({
          ...{ kind: 'pipeline', event: 'waiting', stack: STACK, asked: `weekly of ${STACK} through ${one.rig.alias}` },
          reason: expect.stringContaining('the stage live waits for 1 to approve') as unknown,
          commands: [`drover approve ${pipelineId}`, `drover reject ${pipelineId} --why TEXT`],
        }),
        expect.objectContaining({ kind: 'pipeline', event: 'verdict', verdict: 'cancelled' }),
      ]);
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
