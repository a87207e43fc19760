import { randomUUID } from 'node:crypto';
import type { PipelineRequest } from '../../decision/pipeline';
import type { JsonObject, ServiceSeed, WorldSeed } from '../../simulator/world-seed';
import type { PipelineProgress, PipelineResult } from '../../workflows/pipeline-contract';
import { PIPELINE, PIPELINE_PROGRESS, pipelineWorkflowIdOf } from '../../workflows/pipeline-contract';
import { Rig } from '../support/rig';

jest.setTimeout(120_000);

const PROJECT = 'Production';
const CANARY = 'canary-2f6b9d01';
/** Of the source, all of them; which of them the target has. */
const STACKS: Readonly<Record<string, readonly string[] | null>> = {
  whole: null,
  sick: ['api'],
  'goes-back': ['api'],
  alone: ['api'],
  lost: ['api'],
  stuck: ['api'],
};

const image = (stack: string, service: string, tag: number): string => `example/${stack}-${service}:${tag}`;

const service = (stack: string, name: string, tag: number, more: Partial<ServiceSeed> = {}): ServiceSeed => ({
  name,
  scale: name === 'web' ? 2 : 1,
  launchConfig: { imageUuid: `docker:${image(stack, name, tag)}`, environment: { PASSWORD: CANARY } },
  ...more,
});

function world(isSource: boolean): WorldSeed {
  const stacks = Object.entries(STACKS).flatMap(([name, inTarget], index) => {
    // Linked to each other: the one that is made first can be linked only after the other.
    const [web, api] = [`1s${2 * index + 1}`, `1s${2 * index + 2}`];
    const all = [
      service(name, 'web', 2, { linkedServices: { backend: api } }),
      service(name, 'api', 2, { linkedServices: { frontend: web } }),
    ];
    if (isSource) return [{ name, services: all }];
    return inTarget === null ? [] : [{ name, services: inTarget.map((one) => service(name, one, 1)) }];
  });
  return {
    keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
    projects: [{ name: PROJECT, stacks }],
  };
}

let qa: Rig;
let prod: Rig;
beforeAll(async () => {
  [qa, prod] = await Promise.all([Rig.start({ seed: world(true) }), Rig.start({ seed: world(false) })]);
  prod.alsoServes = [qa];
});
afterAll(() => Promise.all([qa.close(), prod.close()]));

interface Promoted {
  readonly result: PipelineResult;
  readonly events: string;
}

async function promote(stack: string): Promise<Promoted> {
  const pipelineId = `p${randomUUID().slice(0, 12)}`;
  const stage = { approvals: null, soakMillis: 0, freeze: [], order: 'sequence' } as const;
  const request: PipelineRequest = {
    ...{ requestId: `request-${pipelineId}`, pipelineId, name: 'a promotion', stack, services: null },
    stages: [{ name: 'prod', from: qa.alias, environments: [prod.alias], ...stage }],
    createMissing: true,
    author: { by: 'jane@desk' },
  };
  const running = await qa.client.workflow.start<(given: PipelineRequest) => Promise<PipelineResult>>(PIPELINE, {
    workflowId: pipelineWorkflowIdOf(pipelineId),
    taskQueue: qa.workflowQueue,
    args: [request],
  });
  const result = await running.result();
  expect(textOf(await running.fetchHistory())).not.toContain(CANARY);
  const { events } = await running.query<PipelineProgress>(PIPELINE_PROGRESS);
  return { result, events: events.map(({ text }) => text).join('\n') };
}

/** Everything in a value as text, bytes decoded. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, item]) => `${key}: ${textOf(item)}`)
    .join('\n');
}

const shown = (stack: string, name: string): JsonObject =>
  prod.simulator.world.service(PROJECT, stack, name).service as JsonObject;
const actions = (stack: string): string[] =>
  prod.simulator.world
    .journal()
    .filter((entry) => entry.kind === 'action' && entry.stack === stack)
    .map(({ name, action }) => `${name}: ${action ?? ''}`);

it('a stack that the target does not have is made there, linked, and proven to run; no value of it is in the history', async () => {
  const { result, events } = await promote('whole');
  expect(result).toMatchObject({ verdict: 'succeeded' });
  expect(events).toMatch(/created api \(1s\d+\)[^]*created web/);
  expect(shown('whole', 'web')).toMatchObject({
    ...{ state: 'active', scale: 2, linkedServices: { backend: shown('whole', 'api')['id'] } },
    launchConfig: { imageUuid: `docker:${image('whole', 'web', 2)}`, environment: { PASSWORD: CANARY } },
  });
  expect(shown('whole', 'api')['linkedServices']).toEqual({ frontend: shown('whole', 'web')['id'] });
  expect(actions('whole')).toEqual([
    ...['api: create', 'api: activate', 'web: create', 'web: setservicelinks', 'web: activate', 'api: setservicelinks'],
  ]);
  expect(await promote('whole')).toMatchObject({ result: { verdict: 'unchanged' } });
});

it('answers that are lost: it is made once all the same', async () => {
  const world = prod.simulator.world;
  world.addFault({ method: 'POST', pathIncludes: '/services', effect: { kind: 'reset-after' } });
  world.addFault({ action: 'activate', effect: { kind: 'hang-after' } });
  world.addFault({ action: 'setservicelinks', effect: { kind: 'status', status: 502 } });
  expect(await promote('lost')).toMatchObject({ result: { verdict: 'succeeded' } });
  expect(world.listFaults()).toEqual([]);
  expect(actions('lost').filter((one) => one.startsWith('web'))).toEqual([
    'web: create',
    'web: setservicelinks',
    'web: activate',
  ]);
});

it('what was made and does not come up is removed again', async () => {
  prod.simulator.world.addBehaviour({ image: `docker:${image('sick', 'web', 2)}`, startFails: true });
  const { result } = await promote('sick');
  expect(result).toMatchObject({
    verdict: 'rolled-back',
    reason: expect.stringMatching(/what was created is not proven to run after \d+ s \(web: activating\)/) as string,
  });
  expect(actions('sick').filter((one) => /create|remove/.test(one))).toEqual(['web: create', 'web: remove']);
  expect(() => shown('sick', 'web')).toThrow('has no service');
  expect(actions('sick').filter((one) => one.startsWith('api'))).toEqual([]);
});

it('what was made is removed again where the release of the others rolls back', async () => {
  prod.simulator.world.addBehaviour({ image: `docker:${image('goes-back', 'api', 2)}`, startFails: true });
  const { result, events } = await promote('goes-back');
  expect(result).toMatchObject({ verdict: 'rolled-back' });
  expect(events).toContain('web, which was created for it, is removed');
  expect(() => shown('goes-back', 'web')).toThrow('has no service');
  expect(shown('goes-back', 'api')).toMatchObject({
    state: 'active',
    launchConfig: { imageUuid: `docker:${image('goes-back', 'api', 1)}` },
  });
});

it('what was made and cannot be removed again is left to a person, by name', async () => {
  const body = JSON.stringify({ type: 'error', status: 405, code: 'Method not allowed' });
  const headers = { 'Content-Type': 'application/json' };
  prod.simulator.world.addBehaviour({ image: `docker:${image('stuck', 'web', 2)}`, startFails: true });
  prod.simulator.world.addFault({ method: 'DELETE', times: 0, effect: { kind: 'status', status: 405, body, headers } });
  try {
    const { result } = await promote('stuck');
    expect(result).toMatchObject({
      verdict: 'needs-attention',
      reason: expect.stringMatching(/web, which was created for it, could not be removed again: .*405/) as string,
    });
    expect(shown('stuck', 'web')).toMatchObject({
      launchConfig: { labels: { 'io.drover.created': expect.stringMatching(/^r/) as string } },
    });
  } finally {
    prod.simulator.world.clearFaults();
  }
});

it('a worker that does not serve the source refuses, and nothing is begun', async () => {
  prod.alsoServes = [];
  try {
    const { result } = await promote('alone');
    expect(result).toMatchObject({
      verdict: 'refused',
      reason: expect.stringContaining('only within a worker that serves both') as string,
    });
    expect(actions('alone')).toEqual([]);
  } finally {
    prod.alsoServes = [qa];
  }
});
