// The script that this project began with, as many teams have it: it reads the service, copies its launchConfig, changes the image,
// posts the upgrade, and asks up to 600 times, once a second, whether it is done. On a 422 it rolls back, waits for "active", and tries
// once more. It never finishes the upgrade; with --finish it does, so that its times can be compared.
//
// node classic-script.mjs PROJECT_ID STACK SERVICE IMAGE [--finish]; RANCHER_URL, RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY as usual.
import { Buffer } from 'node:buffer';
import console from 'node:console';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const RETRIES = 600;
const PAUSE_MILLIS = 1000;

const [projectId, stackName, serviceName, image, option] = process.argv.slice(2);
const { RANCHER_URL, RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY } = process.env;
const base = `${RANCHER_URL}/v2-beta/projects/${projectId}`;
const authorization = `Basic ${Buffer.from(`${RANCHER_ACCESS_KEY}:${RANCHER_SECRET_KEY}`).toString('base64')}`;

async function call(method, path, body) {
  const response = await globalThis.fetch(`${base}${path}`, {
    method,
    headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok)
    throw Object.assign(new Error(`${method} ${path}: ${response.status}`), { status: response.status });
  return answer;
}

async function waitFor(id, state) {
  for (let retry = 0; retry < RETRIES; retry += 1) {
    const service = await call('GET', `/services/${id}`);
    console.log(`${service.name}: ${service.state}`);
    if (service.state === state) return;
    await delay(PAUSE_MILLIS);
  }
  throw new Error(`${serviceName} is not ${state} after ${RETRIES} retries`);
}

async function upgrade(id) {
  const service = await call('GET', `/services/${id}`);
  const launchConfig = { ...service.launchConfig, imageUuid: `docker:${image}` };
  const inServiceStrategy = { batchSize: 1, intervalMillis: 2000, startFirst: true, launchConfig };
  await call('POST', `/services/${id}/?action=upgrade`, { inServiceStrategy });
}

const { data: stacks } = await call('GET', `/stacks?name=${encodeURIComponent(stackName)}`);
const { data: services } = await call(
  'GET',
  `/services?stackId=${stacks[0].id}&name=${encodeURIComponent(serviceName)}`,
);
const { id } = services[0];
try {
  await upgrade(id);
} catch (error) {
  if (error.status !== 422) throw error;
  await call('POST', `/services/${id}/?action=rollback`);
  await waitFor(id, 'active');
  await upgrade(id);
}
await waitFor(id, 'upgraded');
if (option === '--finish') {
  await call('POST', `/services/${id}/?action=finishupgrade`);
  await waitFor(id, 'active');
}
