import type { IncomingMessage, ServerResponse } from 'node:http';
import { Circuit } from '../../rancher/circuit';
import type { ObservedRequest } from '../../rancher/observed-request';
import { RancherClient } from '../../rancher/rancher-client';
import type { RancherClientOptions } from '../../rancher/rancher-client';
import { RequestGate } from '../../rancher/request-gate';
import { aService, rancherError, sendJson, startServer } from './local-server';
import type { LocalServer } from './local-server';

const KEYS = { accessKey: 'canary-access-key', secretKey: 'canary-secret-key' };

let server: LocalServer;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let client: RancherClient;
let seen: ObservedRequest[];

beforeEach(async () => {
  seen = [];
  server = await startServer((request, response) => answer(request, response));
});
afterEach(async () => {
  client.close();
  await server.close();
});

function connect(options: Partial<RancherClientOptions> = {}): void {
  client = new RancherClient({
    url: server.url,
    ...KEYS,
    requestTimeoutMillis: 5000,
    onRequest: (request) => seen.push(request),
    ...options,
  });
}

const read = (signal?: AbortSignal): Promise<unknown> => client.getService('1a5', '1s2', signal).catch(() => undefined);
const told = (): string[] => seen.map(({ kind, outcome }) => `${kind}: ${outcome}`);

test('reads and actions are told when they have ended, with the time that they took', async () => {
  connect();
  answer = (request, response) => {
    if (request.method === 'POST') sendJson(response, 202, aService());
    else setTimeout(() => sendJson(response, 200, aService()), 60);
  };
  await read();
  await client.act('1a5', '1s2', 'finishupgrade');
  expect(told()).toEqual(['read: ok', 'finishupgrade: ok']);
  expect(seen[0]?.millis).toBeGreaterThanOrEqual(55);
  expect(seen[1]?.millis).toBeGreaterThan(0);
});

test('what is made and what is removed has a kind of its own', async () => {
  connect();
  answer = (_, response) => sendJson(response, 200, aService());
  const { name, stackId } = aService() as { name: string; stackId: string };
  await client.stacks.createService('1a5', { name, stackId });
  await client.stacks.removeService('1a5', '1s2');
  expect(told()).toEqual(['create: ok', 'remove: ok']);
});

test('each page of a list is a request', async () => {
  connect();
  let page = 0;
  answer = (_, response) => {
    page += 1;
    const next = page < 3 ? `${server.url}/v2-beta/projects?marker=m${page}` : null;
    sendJson(response, 200, { type: 'collection', data: [], pagination: { next } });
  };
  await client.listProjects();
  expect(told()).toEqual(['read: ok', 'read: ok', 'read: ok']);
});

test.each<[string, () => void]>([
  [
    'refused-by-state',
    () => (answer = (_, response) => sendJson(response, 422, rancherError(422, 'ActionNotAvailable'))),
  ],
  ['unauthorised', () => (answer = (_, response) => sendJson(response, 401, rancherError(401, 'Unauthorized')))],
  ['throttled', () => (answer = (_, response) => sendJson(response, 429, {}))],
  ['server-trouble', () => (answer = (_, response) => sendJson(response, 503, {}))],
  ['not-rancher', () => (answer = (_, response) => void response.end('<html>'))],
  // JSON of another shape is no answer either.
  ['not-rancher', () => (answer = (_, response) => sendJson(response, 200, { type: 'service' }))],
  ['unknown-outcome', () => (answer = (request) => request.destroy())],
])('what fails is told by its outcome: %s', async (outcome, prepare) => {
  connect();
  prepare();
  await expect(client.act('1a5', '1s2', 'upgrade', {})).rejects.toThrow();
  expect(told()).toEqual([`upgrade: ${outcome}`]);
});

test('what nobody waits for any more is no trouble of Rancher', async () => {
  connect();
  const controller = new AbortController();
  answer = () => controller.abort();
  await read(controller.signal);
  expect(told()).toEqual(['read: called-off']);
});

test('what the circuit holds back was not sent', async () => {
  const circuit = new Circuit({ random: () => 0 });
  connect({ gate: new RequestGate({ circuit }) });
  answer = (_, response) => sendJson(response, 503, {});
  for (let count = 0; count < 8; count += 1) await client.listProjects().catch(() => undefined);
  expect(circuit.isOpen).toBe(true);
  await read();
  expect(told()).toEqual([...Array.from({ length: 8 }, () => 'read: server-trouble'), 'read: held-back']);
  expect(server.requests).toHaveLength(8);
});
