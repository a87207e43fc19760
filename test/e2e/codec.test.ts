import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { WorldSeed } from '../../simulator/world-seed';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { canary, CanarySearch } from './canaries';
import { STACK } from './command';

const WHY = canary('the reason', true);
const WHO = canary('the requester', true);
const TAG = canary('the image', true);
const CANCELLED = canary('the reason of a cancel', true);
const REFUSED = canary("Rancher's own words", true);
const NAMED = canary('the name of a service', true);
const canaries = [WHY, WHO, TAG, CANCELLED, REFUSED, NAMED];

const HIDDEN_NAME = `s${NAMED.value}`;
const SERVICES = ['before', 'good', 'sick', 'stopped', 'web-form', 'odd', 'rotated', 'unread', 'waiting', HIDDEN_NAME];
const SEED: WorldSeed = {
  keys: [{ accessKey: 'OWNER', secretKey: 'owner-secret', role: 'owner' }],
  projects: [
    {
      name: 'Production',
      stacks: [
        {
          name: STACK,
          services: SERVICES.map((name) => ({ name, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
        },
      ],
    },
  ],
  behaviours: [{ image: `docker:example/sick:${TAG.value}`, startFails: true }],
};

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [FIRST_KEY, SECOND_KEY] = [key('k-first'), key('k-second')];

let stack: Stack;
let folder: string;
const keysFile = (): string => join(folder, 'codec-keys');
const putKeys = (...keys: readonly string[]): void => writeFileSync(keysFile(), `${keys.join('\n')}\n`);

function drover(args: readonly string[], keys: string | null = keysFile()): Promise<Ended> {
  const build = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: WHO.value, GITHUB_RUN_NUMBER: '7', GITHUB_RUN_ID: '7' };
  return stack.drover(args, { env: { ...build, ...(keys === null ? {} : { DROVER_CODEC_KEYS_FILE: keys }) } });
}
const upgrade = (service: string, ...more: string[]): Promise<Ended> =>
  drover([
    ...['upgrade', stack.alias, `${STACK}/${service}`, '--image', `example/${service}:${TAG.value}`],
    ...['--request-id', `request-${service}`, '--why', WHY.value, ...more],
  ]);
const about = (command: string, service: string, ...more: string[]): Promise<Ended> =>
  drover([command, stack.alias, `${STACK}/${service}`, ...more]);
const logbook = (service: string): Promise<Ended> => about('history', service, '--request', `request-${service}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-codec-'));
  stack = await Stack.start({ seed: SEED, policy: { stallLimit: '3s' } });
  putKeys(FIRST_KEY);
}, 120_000);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

test('a deployment that began in clear text is finished by a worker and a client with the codec', async () => {
  const asked = ['--image', 'example/before:2', '--hold', '--request-id', 'request-before', '--why', 'begun in clear'];
  const held = await drover(['upgrade', stack.alias, `${STACK}/before`, ...asked], null);
  expect([held.code, held.stderr]).toEqual([0, '']);
  await stack.killWorker('SIGTERM');
  await stack.startWorker({ DROVER_CODEC_KEYS_FILE: keysFile() });
  const confirmed = await about('confirm', 'before', '--why', WHY.value);
  expect([confirmed.code, confirmed.stderr]).toEqual([0, '']);
  const ended = await about('status', 'before', '--watch');
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  const { code, stdout } = await logbook('before');
  expect(code).toBe(0);
  for (const told of ['begun in clear', WHY.value]) expect(stdout).toContain(told);
}, 90_000);

test('deployments of every kind of ending run as ever', async () => {
  const words = JSON.stringify({ type: 'error', status: 422, code: 'InvalidOption', message: REFUSED.value });
  const effect = { kind: 'status', status: 422, body: words, headers: { 'Content-Type': 'application/json' } } as const;
  await stack.rancher.addFault({ service: 'odd', action: 'upgrade', effect });
  const ended = await Promise.all([
    upgrade('good'),
    upgrade('sick'),
    upgrade('stopped', '--hold'),
    upgrade('web-form', '--hold'),
    upgrade('odd'),
    upgrade(HIDDEN_NAME),
  ]);
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([0, 3, 0, 0, 1, 0].map((code) => [code, '']));
  expect((await about('cancel', 'stopped', '--why', CANCELLED.value)).code).toBe(0);
  expect((await about('status', 'stopped', '--watch')).code).toBe(6);
}, 90_000);

test("a signal from Temporal Web's form, which knows no codec, is taken", async () => {
  const plain = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  const handle = plain.workflow.getHandle(`deploy/${stack.alias}/${STACK}/web-form`);
  await handle.signal('cancel', { by: 'jane', why: 'from the form' });
  expect((await about('status', 'web-form', '--watch')).code).toBe(6);
  expect((await logbook('web-form')).stdout).toContain('from the form');
}, 60_000);

test('everything that reads histories reads them', async () => {
  const all = await Promise.all([
    logbook('odd'),
    about('why', 'odd'),
    about('report', 'odd', '--request', 'request-odd', '--html', '-'),
    drover(['audit', '--since', '1h']),
  ]);
  for (const { code, stdout, stderr } of all) {
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/cannot|encrypted/)]);
    expect(stdout).not.toMatch(/binary\/encrypted|Encoded failure|codec key/);
    expect(stdout).toContain(REFUSED.value);
  }
  expect((await about('history', 'stopped')).stdout).toContain(WHO.value);
  expect((await logbook('stopped')).stdout).toContain(CANCELLED.value);
  expect((await drover(['list', '--json'])).stdout).toContain(WHO.value);
}, 60_000);

test('the raw histories and descriptions hold nothing in clear text but ids, queues and search attributes', async () => {
  const everything = new CanarySearch(canaries);
  const nowhere = new CanarySearch([WHY, CANCELLED, REFUSED]);
  const dumped = await dump();
  const whole = dumped.map(({ place, raw }) => ({ place, text: textOf(raw) }));
  const rest = dumped.map(({ place, raw }) => ({ place, text: textOf(raw, IN_CLEAR) }));
  expect(dumped.length).toBeGreaterThan(20);
  // What must be in clear is there, so that the search finds what it looks for.
  const found = new Set(whole.flatMap(({ place, text }) => everything.find(place, text)).map((one) => one.canary));
  expect([...found].sort()).toEqual([NAMED, TAG, WHO].map(({ name }) => name).sort());
  expect(rest.flatMap(({ place, text }) => everything.find(place, text))).toEqual([]);
  expect(whole.flatMap(({ place, text }) => nowhere.find(place, text))).toEqual([]);
  // Summaries, memos, details, failures: what they would say.
  for (const { place, text } of rest) {
    // What Temporal Web's form sends is in clear by nature: it knows no codec.
    const encodings = place.endsWith('/web-form') ? [] : ['json/plain'];
    for (const word of [...encodings, 'example/', 'launchConfig', 'errorMessage'])
      expect([place, text.includes(word) ? word : null]).toEqual([place, null]);
  }
}, 60_000);

test('keys are rotated without a restart: old histories stay readable, new ones have the new key', async () => {
  putKeys(SECOND_KEY, FIRST_KEY);
  const rotated = await upgrade('rotated');
  expect([rotated.code, rotated.stderr]).toEqual([0, '']);
  const keysOf = async (service: string): Promise<unknown[]> => {
    const dumped = await dump(`deploy/${stack.alias}/${STACK}/${service}`);
    // An answer to a query is encrypted when it is given.
    const history = dumped.find(({ place }) => place.startsWith('history'))?.raw;
    return [...new Set(textOf(history).match(/k-(?:first|second)\b/g))];
  };
  // The worker may look a second later than the client.
  expect(await keysOf('rotated')).toContain('k-second');
  expect(await keysOf('good')).toEqual(['k-first']);
  for (const service of ['good', 'rotated']) expect((await logbook(service)).stdout).toContain(WHY.value);
  expect(stack.workers.filter(({ running }) => running)).toHaveLength(1);
}, 60_000);

test('a key that is missing is named, by each command that needs it', async () => {
  const other = join(folder, 'second-only');
  writeFileSync(other, SECOND_KEY);
  const list = await drover(['list'], other);
  expect(list.code).toBe(2);
  expect(list.stderr).toMatch(/codec key "k-first", which is not among the keys here \(file .*second-only: k-second\)/);
  const none = await drover(['list'], null);
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/codec key "k-\w+", and no codec is set up here/);
  for (const said of [list, none])
    for (const secret of [FIRST_KEY, SECOND_KEY]) expect(said.stdout + said.stderr).not.toContain(secret.split(':')[1]);
}, 60_000);

test('doctor tells a key that is not shared, whichever side lacks it, by its id', async () => {
  const foreign = join(folder, 'foreign');
  writeFileSync(foreign, key('k-foreign'));
  const [shared, none, other] = await Promise.all(
    [keysFile(), null, foreign].map(async (keys) => {
      const { code, stdout } = await drover(['doctor', stack.alias, '--json'], keys);
      const found = stdout.split('\n').filter((line) => line.includes('"codec"') && line.includes(`"${stack.alias}"`));
      return { code, found: found.join('\n'), stdout };
    }),
  );
  expect(shared?.found).toContain('the worker reads what this command sends, and this command its answer');
  expect(none?.found).toMatch(
    /"status":"failed".*answer cannot be read: .*codec key \\"k-second\\", and no codec is set up here/,
  );
  expect(other?.found).toMatch(
    /"status":"failed".*nor this command what it says about that: .*codec key \\"k-second\\"/,
  );
  for (const one of [none, other]) {
    expect(one?.code).toBe(4);
    expect(one?.stdout).not.toContain('older version');
  }
}, 60_000);

test('a client without keys is told that its request was sent, not that nothing was started', async () => {
  const asked = [
    'upgrade',
    stack.alias,
    `${STACK}/unread`,
    '--image',
    'example/unread:2',
    '--request-id',
    'request-unread',
  ];
  const said = await drover(asked, null);
  expect(said.code).toBe(5);
  expect(said.stderr).toContain('The deployment may have begun');
  expect(said.stderr).toContain('DROVER_CODEC_KEYS_FILE');
  const { code } = await about('status', 'unread', '--watch');
  expect(code).toBe(0);
});

test('a worker that lacks the key fails no deployment: it goes on when the key is there', async () => {
  const held = await upgrade('waiting', '--hold');
  expect([held.code, held.stderr]).toEqual([0, '']);
  await stack.killWorker('SIGTERM');
  const keys = join(folder, 'of-the-worker');
  writeFileSync(keys, key('k-other'));
  const worker = await stack.startWorker({ DROVER_CODEC_KEYS_FILE: keys });
  const signalled = about('confirm', 'waiting');
  await worker.saysOnStderr(/codec key \\?"k-\w+\\?", which is not among the keys here/);
  writeFileSync(keys, `${SECOND_KEY}\n${FIRST_KEY}\n`);
  expect((await signalled).code).toBe(0);
  expect((await about('status', 'waiting', '--watch')).code).toBe(0);
}, 90_000);

/** What must be in clear text: by these Temporal finds workflows and workers, and lists them. */
const IN_CLEAR: ReadonlySet<string> = new Set(['searchAttributes', 'workflowId', 'taskQueue', 'parentWorkflowId']);

/** Everything that Temporal tells of the workflows, as it stores it. */
async function dump(only?: string): Promise<{ place: string; raw: unknown }[]> {
  const { namespace } = stack.temporal;
  const plain = new Client({ connection: stack.connection, namespace });
  const dumped: { place: string; raw: unknown }[] = [];
  const { executions } = await plain.workflowService.listWorkflowExecutions({ namespace, pageSize: 100 });
  for (const { execution, ...listed } of executions) {
    const { workflowId, runId } = execution ?? {};
    if (workflowId == null || runId == null || (only ?? workflowId) !== workflowId) continue;
    // Begun without the codec.
    if (workflowId.endsWith(`/${STACK}/before`)) continue;
    const handle = plain.workflow.getHandle(workflowId, runId);
    const described = await plain.workflowService.describeWorkflowExecution({
      namespace,
      execution: { workflowId, runId },
    });
    dumped.push({ place: `history of ${workflowId}`, raw: await handle.fetchHistory() });
    dumped.push({ place: `description of ${workflowId}`, raw: { listed, described } });
    const queried = await plain.workflowService.queryWorkflow({
      namespace,
      execution: { workflowId, runId },
      query: { queryType: '__temporal_workflow_metadata' },
    });
    dumped.push({ place: `metadata of ${workflowId}`, raw: queried });
  }
  return dumped;
}

/** All that is in it, its bytes as text. */
function textOf(raw: unknown, without: ReadonlySet<string> = new Set()): string {
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('utf8');
  if (typeof raw !== 'object' || raw === null) return String(raw);
  return Object.entries(raw)
    .filter(([name]) => !without.has(name))
    .map(([name, value]) => `${name}: ${textOf(value, without)}`)
    .join('\n');
}
