import { PROGRESS } from '../../workflows/contract';
import { LANE_VIEW } from '../../workflows/lane-contract';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { ServiceSeed, WorldSeed } from '../../simulator/world-seed';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import type { Canary, Sighting } from './canaries';
import { canary, CanarySearch } from './canaries';
import { Command, STACK } from './command';
import { TalkativeProxy } from './talkative-proxy';

const canaries: Canary[] = [];
function secret(name: string, plain = false): string {
  const one = canary(name, plain);
  canaries.push(one);
  return one.value;
}

const OWNER_KEY = secret('the secret key', true);
const STALE_KEY = secret('a secret key that is not accepted', true);
const DIGEST_SECRET = secret("the worker's digest secret", true);
const REFERENCES = ['first', 'second', 'third'].map((name) => ({ name, value: secret(`the ${name} reference`) }));
/** Planted where it has to be found: in the reason that somebody gives. */
const ON_PURPOSE = canary('on purpose', true);
const IN_CLEAR = canary('in clear');

/** What a service hides, by its name. */
const hidden = new Map<string, string[]>();

function planted(name: string, scale = 1): ServiceSeed {
  const values: string[] = [];
  const hide = (what: string): string => {
    const value = secret(`${name}: ${what}`);
    values.push(value);
    return value;
  };
  hidden.set(name, values);
  return {
    name,
    scale,
    metadata: { owner: { token: hide('metadata') } },
    launchConfig: {
      imageUuid: `docker:example/${name}:1`,
      environment: {
        PASSWORD: hide('environment'),
        DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'registry.example.com': { auth: hide('registry') } } }),
      },
      labels: { 'com.example.token': hide('label') },
      userdata: `#cloud-config\npassword: ${hide('userdata')}\n`,
      command: ['serve', `--password=${hide('command')}`],
      logConfig: { driver: 'splunk', config: { 'splunk-token': hide('log driver') } },
    },
    secondaryLaunchConfigs: [
      { name: 'agent', imageUuid: 'docker:example/agent:1', environment: { TOKEN: hide('sidekick') } },
    ],
  };
}

const SERVICES = ['good', 'sick', 'rejected', 'lost', 'page', 'parked'].map((name) => planted(name));
const SEED: WorldSeed = {
  keys: [
    { accessKey: 'OWNER', secretKey: OWNER_KEY, role: 'owner' },
    { accessKey: 'STALE', secretKey: 'it is another one by now', role: 'owner' },
  ],
  projects: [
    { name: 'Production', stacks: [{ name: STACK, services: SERVICES }] },
    { name: 'Locked', stacks: [{ name: STACK, services: [] }] },
  ],
  behaviours: [
    { image: 'docker:example/sick:2', startFails: true },
    { image: 'docker:example/parked:2', startFails: true },
  ],
};

/** All that Rancher could repeat of a service, twice: the second time across the place where long texts are cut. */
const allOf = (service: string): string => {
  const all = (hidden.get(service) ?? []).join(' ');
  return `cannot start: ${all} ${'x'.repeat(480 - (all.length % 480))} ${all}`;
};
const refusal = (code: string, words: string): string =>
  JSON.stringify({ type: 'error', status: 422, code, message: words, detail: words, fieldName: words.slice(0, 300) });

let stack: Stack;
let proxy: TalkativeProxy;
let search: CanarySearch;
let temporaryFiles: string;
const said: { place: string; text: string }[] = [];
const argv = new Set<string>();
let sampling: NodeJS.Timeout;

async function drover(...args: string[]): Promise<Ended> {
  const ended = await stack.drover(args);
  said.push({ place: `drover ${args[0] ?? ''}`, text: `${ended.stdout}\n${ended.stderr}` });
  return ended;
}

const upgrade = (service: string, ...more: string[]): Promise<Ended> =>
  drover('upgrade', 'prod', `${STACK}/${service}`, '--image', `example/${service}:2`, ...more);

beforeAll(async () => {
  temporaryFiles = mkdtempSync(join(tmpdir(), 'drover-canaries-'));
  mkdirSync(join(temporaryFiles, 'state'));
  proxy = new TalkativeProxy();
  await proxy.start();
  search = new CanarySearch(canaries);
  sampling = setInterval(() => readArguments().forEach((line) => argv.add(line)), 200);
  stack = await Stack.start({
    seed: SEED,
    ownTemporal: true,
    policy: { stallLimit: '3s', requestTimeout: '1s' },
    environments: {
      prod: {
        project: 'Production',
        url: proxy.url,
        variables: Object.fromEntries(REFERENCES.map(({ name }) => [name, `VALUE_OF_${name}`])),
      },
      locked: { project: 'Locked', accessKey: 'STALE', url: proxy.url },
    },
    workerEnv: {
      ...Object.fromEntries(REFERENCES.map(({ name, value }) => [`VALUE_OF_${name}`, value])),
      SECRET_STALE: STALE_KEY,
      DROVER_DIGEST_SECRET: DIGEST_SECRET,
      DROVER_LOG_LEVEL: 'debug',
      TMPDIR: temporaryFiles,
      XDG_STATE_HOME: join(temporaryFiles, 'state'),
    },
  });
  proxy.standBefore(stack.rancher.url);
}, 90_000);

afterAll(async () => {
  clearInterval(sampling);
  await stack.close();
  await proxy.close();
  rmSync(temporaryFiles, { recursive: true, force: true });
});

test('deployments of every ending, with a Rancher that repeats secrets wherever it can', async () => {
  expect(canaries.length).toBeGreaterThanOrEqual(40);
  const posts = (service: string, action: string): RegExp =>
    new RegExp(`/services/1s${1 + SERVICES.findIndex(({ name }) => name === service)}/.*action=${action}`);
  const json = { contentType: 'application/json', method: 'POST', times: 1 };
  for (const service of ['sick', 'parked']) proxy.words.set(service, allOf(service));
  const everyReference = REFERENCES.map(({ value }) => value).join(' ');
  proxy.say({
    ...json,
    path: posts('rejected', 'upgrade'),
    status: 422,
    says: (body) => refusal('InvalidReference', `${allOf('rejected')} ${everyReference} ${body}`),
  });
  proxy.say({ ...json, path: posts('parked', 'rollback'), status: 422, says: () => refusal('Oops', allOf('parked')) });
  proxy.say({
    ...json,
    path: posts('page', 'upgrade'),
    status: 502,
    contentType: 'text/html',
    says: (body) => `<html><title>${allOf('page')}</title><body>${everyReference} ${body}</body></html>`,
  });
  await stack.rancher.addFault({ action: 'upgrade', service: 'lost', effect: { kind: 'reset-after' } });
  await stack.rancher.addFault({ method: 'GET', service: 'good', effect: { kind: 'truncated-json' } });

  const variables = REFERENCES.flatMap(({ name }) => ['--variable', `${name.toUpperCase()}=${name}`]);
  const plan = await upgrade('good', '--plan', ...variables);
  expect(plan.code).toBe(0);
  const [good, sick, rejected, lost, page, parked, locked] = await Promise.all([
    upgrade('good', ...variables, '--hold', '--why', ON_PURPOSE.value),
    upgrade('sick', ...variables),
    upgrade('rejected', '--json', ...variables),
    upgrade('lost', '--sidekick', 'agent=example/agent:2', ...variables),
    upgrade('page', '--json', ...variables),
    upgrade('parked'),
    drover('upgrade', 'locked', `${STACK}/any`, '--image', 'example/any:2'),
  ]);
  expect([good, sick, rejected, lost, page, parked, locked].map(({ code }) => code)).toEqual([0, 3, 1, 0, 0, 4, 7]);
  // A value in clear is refused, and not repeated; that it stands on this one's command line is not Drover's doing.
  const inClear = await upgrade('good', '--variable', `PASSWORD=${IN_CLEAR.value} in clear`);
  expect(inClear.code).toBe(2);
  expect(new CanarySearch([IN_CLEAR]).find('the refusal', inClear.stdout + inClear.stderr)).toEqual([]);

  for (const service of ['good', 'parked']) {
    await drover('status', 'prod', `${STACK}/${service}`);
    await drover('status', 'prod', `${STACK}/${service}`, '--json');
  }
  expect((await drover('cancel', 'prod', `${STACK}/good`)).code).toBe(0);
  expect((await drover('status', 'prod', `${STACK}/good`, '--watch')).code).toBe(6);
  expect((await drover('retry', 'prod', `${STACK}/parked`)).code).toBe(0);
  await new Command(stack, 'parked').isOver();
  expect((await drover('status', 'prod', `${STACK}/parked`, '--watch')).code).toBe(3);
  await drover('list', '--json');

  // The secrets did travel, or there would be nothing to find.
  const posted = JSON.stringify((await stack.journal()).map(({ rawBody }) => rawBody ?? ''));
  const travelled = new Set(search.find('Rancher', posted).map(({ canary: name }) => name));
  for (const service of ['good', 'sick', 'lost', 'page']) expect(travelled).toContain(`${service}: environment`);
  for (const { name } of REFERENCES) expect(travelled).toContain(`the ${name} reference`);
}, 90_000);

describe('no canary, in no form', () => {
  const planned = new CanarySearch([ON_PURPOSE]);
  /** Nothing of what is hidden, though what was put there on purpose is found: the search works. */
  function expectOnlyOnPurpose(places: readonly { place: string; text: string }[]): void {
    expect(unique(places.flatMap(({ place, text }) => search.find(place, text)))).toEqual([]);
    expect(places.flatMap(({ place, text }) => planned.find(place, text))).not.toEqual([]);
  }

  test('in the histories: payloads decoded, memo, search attributes, details, failures and stack traces', async () => {
    const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    const places: { place: string; text: string }[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const handle = client.workflow.getHandle(workflowId, runId);
      places.push({ place: `history of ${workflowId}`, text: textOf(await handle.fetchHistory()) });
      places.push({ place: `description of ${workflowId}`, text: textOf(await handle.describe()) });
      // Each kind of workflow answers a question of its own; what only plans, none.
      const own = workflowId.startsWith('lane/') ? [LANE_VIEW] : workflowId.startsWith('deploy/') ? [PROGRESS] : [];
      for (const query of ['__temporal_workflow_metadata', '__stack_trace', '__enhanced_stack_trace', ...own]) {
        places.push({ place: `${query} of ${workflowId}`, text: textOf(await handle.query(query)) });
      }
    }
    expect(places.filter(({ place }) => place.startsWith('history of deploy/'))).toHaveLength(7);
    expectOnlyOnPurpose(places);
  }, 60_000);

  test('in what the command and the worker write', () => {
    const workers = stack.workers.map(({ stdout, stderr }) => ({ place: 'worker', text: `${stdout}\n${stderr}` }));
    expect(workers[0]?.text).toContain('DEBUG');
    expectOnlyOnPurpose([...said, ...workers]);
  });

  test('on the command lines of all processes', () => {
    expect([...argv].some((line) => line.includes('worker'))).toBe(true);
    expectOnlyOnPurpose([...argv].map((text) => ({ place: text.slice(0, 80), text })));
  });

  test("in files: the worker's, the command's, Temporal's log and its whole database", () => {
    const files = [stack.folder, temporaryFiles].flatMap(filesIn);
    const names = files.map(({ place }) => place);
    for (const name of ['drover.yaml', 'temporal.log', 'temporal.sqlite'])
      expect(names).toContain(join(stack.folder, name));
    expectOnlyOnPurpose(files);
  });
});

function unique(sightings: readonly Sighting[]): string[] {
  return [...new Set(sightings.map(({ canary: name, form, place }) => `${name}, ${form}, in ${place}`))].sort();
}

/** Everything in a value as text, bytes decoded. */
function textOf(value: unknown, seen = new Set<unknown>()): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  return Object.entries(value)
    .map(([key, item]) => `${key}: ${textOf(item, seen)}`)
    .join('\n');
}

function readArguments(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        // It has ended.
        return [];
      }
    });
}

function filesIn(folder: string): { place: string; text: string }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((place) => ({ place, text: readFileSync(place, 'latin1') }));
}
