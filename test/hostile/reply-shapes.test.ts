import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import * as fc from 'fast-check';
import type { ActivityDependencies } from '../../activities/dependencies';
import { openService } from '../../activities/open-service';
import { planUpgrade } from '../../activities/plan-upgrade';
import { composeFor, postedConfigs } from '../../activities/prepare-upgrade';
import { DEFAULT_POLICY } from '../../decision/policy';
import type { DeploymentRequest } from '../../decision/request';
import { parseJson, stringifyJson } from '../../rancher/json';
import { RancherClient } from '../../rancher/rancher-client';
import type { LocalServer } from '../rancher/local-server';
import { startServer } from '../rancher/local-server';
import { canary, CanarySearch } from '../e2e/canaries';
import { uncleanIn } from './clean-words';
import { anyJson, mutated } from './hostile-json';
import { LIMIT_MILLIS, runs } from './runs';

const [PASSWORD, KEY, MERGED] = [canary('of the environment'), canary('the secret key', true), canary('merged')];
const search = new CanarySearch([PASSWORD, KEY, MERGED]);

const searchOfKeys = new CanarySearch([KEY, MERGED]);
const timesIn = (text: string): number => text.split(JSON.stringify(PASSWORD.value).slice(1, -1)).length - 1;

const PROJECT = { id: '1a5', type: 'project', name: 'Production', state: 'active', removed: null };
const STACK = { id: '1st2', type: 'stack', name: 'storefront', state: 'active', accountId: '1a5', removed: null };
const SERVICE = {
  ...{
    id: '1s2',
    type: 'service',
    name: 'web',
    state: 'upgrading',
    stackId: '1st2',
    accountId: '1a5',
    kind: 'service',
  },
  ...{ scale: 2, currentScale: 2, healthState: 'healthy', transitioning: 'error', removed: null, retainIp: false },
  transitioningMessage: `cannot start: ${PASSWORD.value}`,
  launchConfig: {
    ...{ imageUuid: 'docker:example/web:1', version: '0', labels: { team: 'a', 'io.drover.deployment': 'd1.1' } },
    ...{ environment: { PASSWORD: PASSWORD.value }, command: ['serve'], healthCheck: { port: 80 } },
  },
  secondaryLaunchConfigs: [{ name: 'log', imageUuid: 'docker:example/log:1', version: '0' }],
  upgrade: { inServiceStrategy: { launchConfig: { version: '1' }, secondaryLaunchConfigs: [] } },
  actions: { upgrade: 'https://elsewhere/' },
};
const INSTANCE = {
  ...{ id: '1i2', type: 'container', name: 'web-1', state: 'running', healthState: 'healthy', version: '0' },
  labels: { 'io.rancher.service.launch.config': 'io.rancher.service.primary.launch.config' },
  ...{ startCount: 1, exitCode: 0, imageUuid: 'docker:example/web:1', transitioning: 'no', removed: null },
};
const collection = (...items: string[]): string =>
  `{"type":"collection","data":[${items.join(',')}],"pagination":null}`;

const REQUEST: DeploymentRequest = {
  ...{ requestId: 'r', deploymentId: 'd1', environment: 'prod', stack: 'storefront', service: 'web' },
  ...{ image: 'example/web:2', sidekicks: { log: 'example/log:2' }, variables: { TOKEN: 'ref' }, labels: { a: 'b' } },
  ...{ redeploy: false, hold: false, overrides: {}, author: { by: 'a test' } },
};

/** What Rancher answers: one of its resources, or the list around it, is not what it should be. */
const answers = fc
  .record({
    what: fc.constantFrom('project', 'stack', 'service', 'instance', 'collection', 'anything'),
    of: fc.constantFrom('projects', 'stacks', 'services', 'service', 'instances'),
    text: fc.tuple(mutated(PROJECT), mutated(STACK), mutated(SERVICE), mutated(INSTANCE), anyJson),
    list: mutated({ type: 'collection', data: [], pagination: { next: null, partial: false } }),
    config: mutated(SERVICE.launchConfig),
  })
  .map(({ what, of, text: [project, stack, service, instance, any], list, config }) => {
    const inner = JSON.stringify(SERVICE).replace(JSON.stringify(SERVICE.launchConfig), () => config);
    const served = what === 'service' ? service : what === 'collection' ? inner : JSON.stringify(SERVICE);
    const usual: Record<string, string> = {
      projects: collection(what === 'project' ? project : JSON.stringify(PROJECT)),
      stacks: collection(what === 'stack' ? stack : JSON.stringify(STACK)),
      services: collection(served),
      service: served,
      instances: collection(what === 'instance' ? instance : JSON.stringify(INSTANCE)),
    };
    if (what === 'anything') return { ...usual, [of]: any };
    return what === 'collection' && of !== 'service' ? { ...usual, [of]: list } : usual;
  });

let server: LocalServer;
let client: RancherClient;
let now: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  server = await startServer((request, response) => {
    const name = /\/v2-beta\/(projects)(?:\?|$)|\/(stacks|services|instances)(?:\?|$)/.exec(request.url ?? '');
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(now[name?.[1] ?? name?.[2] ?? 'service'] ?? '');
  });
  client = new RancherClient({
    url: server.url,
    accessKey: 'ACCESS',
    secretKey: KEY.value,
    requestTimeoutMillis: 5000,
  });
});
afterAll(async () => {
  client.close();
  await server.close();
});

const deps: ActivityDependencies = {
  digestKey: Buffer.alloc(32, 1),
  environment: (alias) => ({
    ...{ alias, project: 'Production', webUrl: 'https://rancher.example.com', client: () => client },
    policy: () => DEFAULT_POLICY,
    gate: () => {
      throw new Error('no gates here');
    },
    variable: () => MERGED.value,
  }),
};
const signal = new AbortController().signal;

/** What is said of it: the answer, or the message of a failure that was foreseen. Anything else is a bug. */
async function said(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await new MockActivityEnvironment().run(work));
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || typeof error.type !== 'string') throw error;
    const words = `${error.type}: ${error.message}`;
    expect(uncleanIn(words)).toEqual([]);
    expect(words).toMatch(/^[A-Z]\w+: .*\S/);
    return words;
  }
}

test(
  'whatever Rancher answers is read, or refused in clean words; nothing that is secret comes out, and no answer is too long for a history',
  async () => {
    let read = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(answers, async (answered) => {
        now = answered;
        // Where the configuration does not hold the password any more, nobody can know that the message repeats it.
        const isTold = [answered['service'], answered['services']].some((text) => timesIn(text ?? '') < 2);
        const about = {
          target: { environment: 'prod', projectId: '1a5', stackId: '1st2', serviceId: '1s2' },
          request: REQUEST,
        };
        const texts = await Promise.all([
          said(() => planUpgrade(deps, REQUEST, signal)),
          said(async () => {
            const open = await openService(deps, about, 'always', signal);
            if (open === null) return null;
            const body = composeFor(deps, open, { ...about, policy: DEFAULT_POLICY }, 'd1.1');
            // What is posted can be read again, and holds what is secret: only the rest is said.
            expect(stringifyJson(parseJson(stringifyJson(body)))).toBe(stringifyJson(body));
            return [open.snapshot, postedConfigs(body, deps.digestKey)];
          }),
        ]);
        for (const text of texts) {
          expect((isTold ? searchOfKeys : search).find('what is said', text)).toEqual([]);
          expect(text.length).toBeLessThan(70_000);
          if (/^[A-Z]/.test(text)) refused += 1;
          else read += 1;
        }
      }),
      runs(250),
    );
    // Neither is everything refused, nor is everything taken.
    expect(Math.min(read, refused)).toBeGreaterThan(50);
  },
  LIMIT_MILLIS,
);
