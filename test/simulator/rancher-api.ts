import type { Simulator } from '../../simulator/simulator';
import type { WorldSeed } from '../../simulator/world-seed';

export const OWNER = { accessKey: 'owner', secretKey: 'owner-secret' };
export const READONLY = { accessKey: 'reader', secretKey: 'reader-secret' };

export const IMAGE = 'docker:example/web:1';

/** One environment `prod` (1a5) with a stack `shop` and a service `web` of scale 2. */
export function smallWorld(service: Record<string, unknown> = {}): WorldSeed {
  return {
    keys: [
      { ...OWNER, role: 'owner' },
      { ...READONLY, role: 'readonly' },
    ],
    projects: [
      {
        name: 'prod',
        id: '1a5',
        stacks: [
          { name: 'shop', services: [{ name: 'web', scale: 2, launchConfig: { imageUuid: IMAGE }, ...service }] },
        ],
      },
    ],
  };
}

export const WEB = '/v2-beta/projects/1a5/services/1s1';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** Calls the simulated API as a client of Rancher does. */
export async function call(
  url: string,
  method: string,
  path: string,
  options: {
    body?: unknown;
    key?: { accessKey: string; secretKey: string } | null;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const key = options.key === undefined ? OWNER : options.key;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      Accept: 'application/json',
      ...(key === null
        ? {}
        : { Authorization: `Basic ${Buffer.from(`${key.accessKey}:${key.secretKey}`).toString('base64')}` }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/** Posts an upgrade of the service `web` to an image. */
export function upgrade(url: string, image: string, strategy: Record<string, unknown> = {}): Promise<Answer> {
  return call(url, 'POST', `${WEB}/?action=upgrade`, {
    body: { inServiceStrategy: { intervalMillis: 1000, launchConfig: { imageUuid: image }, ...strategy } },
  });
}

export async function until<Value>(
  read: () => Value | Promise<Value>,
  wanted: (value: Value) => boolean,
): Promise<Value> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits until the service is in a state, and gives what the API shows of it. */
export function untilState(
  simulator: Simulator,
  state: string,
  name = 'web',
): Promise<ReturnType<Simulator['world']['service']>> {
  return until(
    () => simulator.world.service('prod', 'shop', name),
    ({ service }) => service['state'] === state,
  );
}
