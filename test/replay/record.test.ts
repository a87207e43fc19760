import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { NOTIFIED_EVENTS } from '../../decision/notification';
import type { Gate } from '../../decision/gate';
import type { WorldSeed } from '../../simulator/world-seed';
import { Rig } from '../support/rig';
import { ROOT } from '../support/root';
import { Webhook } from '../support/webhook';
import { PROJECT, STACK } from '../workflows/scene';
import type { Played } from './scenes/played';
import { deployments } from './scenes/deployments';
import { lanes } from './scenes/lanes';
import { pipelines, PIPELINE_STACKS } from './scenes/pipelines';
import { releases, RELEASE_STACKS } from './scenes/releases';
import type { StoredHistory } from './stored-history';
import { storedOf, writeHistories } from './stored-history';
import { whatHappened } from './what-happened';

// `npm run histories`: plays every path of the workflows with the product's own parts, and stores their histories under the version that the
// package has. A version that is released is not recorded again: its histories are what workflows of that release left.

jest.setTimeout(600_000);

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
/** Generous where a busy machine would make another path of it. */
const POLICY = {
  requestTimeoutMillis: 10_000,
  reachLimitMillis: 120_000,
  rollbackLimitMillis: 30_000,
  finishLimitMillis: 30_000,
  confirmLimitMillis: 30_000,
  parkLimitMillis: 30_000,
};
/** Paths that are played at once. */
const AT_ONCE = 12;
/** Play only these, by name, and leave the others as they are stored. */
const ONLY = (process.env['DROVER_HISTORIES'] ?? '').split(',').filter((name) => name !== '');
const KEYS = [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' as const }];

const service = (
  image: string,
  name: string,
  more: object = {},
): WorldSeed['projects'][number]['stacks'][number]['services'][number] => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: `docker:${image}`, environment: { PASSWORD: 'canary-0c1d' } },
  ...more,
});

const pipelineStack = (tag: number, isSource: boolean): WorldSeed['projects'][number]['stacks'] =>
  PIPELINE_STACKS.map((name) => ({
    name,
    services: ['web', 'api']
      .filter((one) => isSource || !name.startsWith('created') || one === 'api')
      .map((one) => service(`example/${name}-${one}:${tag}`, one, isSource && name === 'differs' ? { scale: 2 } : {})),
  }));

test('every path is played, and its history stored', async () => {
  if (readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').includes(`## [${version}]`))
    throw new Error(`${version} is released: give the package its next version first (docs/upgrading-drover.md)`);
  const webhook = await Webhook.start();
  const probed = createServer((_, response) => void response.writeHead(200).end());
  await new Promise<void>((resolve) => probed.listen(0, '127.0.0.1', resolve));
  const { port } = probed.address() as AddressInfo;
  const gate: Gate = {
    ...{ name: 'smoke', kind: 'http', asks: 'the front page', passes: 1 },
    ...{ everyMillis: 300, withinMillis: 9_000, timeoutMillis: 2_000 },
  };
  const [dev, qa] = await Promise.all([
    Rig.start({
      seed: {
        keys: KEYS,
        projects: [
          {
            name: PROJECT,
            stacks: [
              {
                name: STACK,
                services: [...deployments, ...lanes].map(({ name }) =>
                  service(`example/${name}:1`, name, { scale: 2 }),
                ),
              },
              ...RELEASE_STACKS.map((name) => ({
                name,
                services: ['a', 'b'].map((one) => service(`example/${name}-${one}:1`, one)),
              })),
              ...pipelineStack(2, true),
            ],
          },
        ],
      },
      policy: POLICY,
      variables: { known: 'canary-1e2f' },
      probes: { to: ['http://127.0.0.1:*'], secrets: new Map() },
    }),
    Rig.start({
      seed: { keys: KEYS, projects: [{ name: PROJECT, stacks: pipelineStack(1, false) }] },
      policy: { ...POLICY, gates: [gate], notify: [{ name: 'hook', events: NOTIFIED_EVENTS }] },
      gates: {
        smoke: {
          kind: 'http',
          url: `http://127.0.0.1:${String(port)}/`,
          status: 200,
          contains: undefined,
          headers: {},
        },
      },
      targets: { hook: { kind: 'webhook', url: webhook.url, headers: {}, template: undefined } },
    }),
  ]);
  qa.alsoServes = [dev];
  try {
    const all: readonly Played<readonly [Rig, Rig]>[] = [...deployments, ...lanes, ...releases, ...pipelines];
    const failed = await playAll(
      all.filter(({ name }) => ONLY.length === 0 || ONLY.includes(name)),
      [dev, qa],
    );
    const isStored = (workflowId: string): boolean => ![...failed.keys()].some((name) => belongsTo(workflowId, name));
    writeHistories(version, await historiesOf([dev, qa], isStored), ONLY.length === 0);
    const again = [...failed.keys()].join(',');
    expect([
      ...failed.values(),
      ...(again === '' ? [] : [`again: DROVER_HISTORIES=${again} npm run histories`]),
    ]).toEqual([]);
  } finally {
    await Promise.all([dev.close(), qa.close(), webhook.close()]);
    probed.close();
  }
});

/** @returns why those failed that did, by name */
async function playAll(
  all: readonly Played<readonly [Rig, Rig]>[],
  rigs: readonly [Rig, Rig],
): Promise<ReadonlyMap<string, string>> {
  const failed = new Map<string, string>();
  const left = [...all];
  const playOn = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const { name } = one;
      await one.play(...rigs).catch((error: unknown) => void failed.set(name, `${name}: ${String(error)}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playOn));
  return failed;
}

/** Whether a workflow was a part of a path: its service, its stack or its pipeline has the name of it. */
function belongsTo(workflowId: string, name: string): boolean {
  return workflowId.split('/').some((part) => part === name || part.startsWith(`${name}-`));
}

const ofRig = (rig: Rig): string => `TaskQueue = '${rig.workflowQueue}'`;

/** Histories by name: those of deployments all, of the others one of each kind. */
async function historiesOf(
  rigs: readonly Rig[],
  isStored: (workflowId: string) => boolean,
): Promise<ReadonlyMap<string, StoredHistory>> {
  const stored = new Map<string, StoredHistory>();
  const seen = new Set<string>();
  for (const rig of rigs)
    for await (const { workflowId, runId } of rig.client.workflow.list({
      query: `${ofRig(rig)} AND ExecutionStatus != 'Running'`,
    })) {
      if (!isStored(workflowId)) continue;
      const handle: WorkflowHandle = rig.client.workflow.getHandle(workflowId, runId);
      const history = storedOf(workflowId, await handle.fetchHistory());
      const { workflowType, verdict, activities, messages } = whatHappened(history);
      const kind = JSON.stringify([workflowType, verdict, [...activities].sort(), [...messages].sort()]);
      const isNamed = workflowId.includes(`/${STACK}/`);
      if (seen.has(kind) && !isNamed) continue;
      seen.add(kind);
      const path = workflowId
        .split('/')
        .slice(1)
        .filter((part) => !part.startsWith('rig-') && part !== STACK);
      const name = `${workflowType}.${path.join('-').replaceAll(/[^A-Za-z0-9-]+/g, '-')}`;
      let free = name;
      for (let count = 2; stored.has(free); count += 1) free = `${name}-${String(count)}`;
      stored.set(free, history);
    }
  return stored;
}
