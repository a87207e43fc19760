// Trims recordings of a real Rancher 1.6 server to what the contract test compares.
// Usage: node test/contract/trim-recordings.js FOLDER_OF_THE_FULL_RECORDINGS
//
// Dropped: response headers but for the content type, the frames' copies of resources that are not services,
// and in a watch phase (the same service read again and again) all but a few fields of the samples before the last one.
'use strict';
const { readFileSync, readdirSync, writeFileSync, mkdirSync } = require('node:fs');
const { join } = require('node:path');

// Never replayed (coverage.ts says why), so not kept here either.
const LEFT_OUT = new Set(['43-service-logs', '46-schemas']);

const source = process.argv[2];
if (source === undefined) throw new Error('usage: node trim-recordings.js FOLDER');
const target = join(__dirname, 'recordings');
mkdirSync(target, { recursive: true });

const isServiceRead = (exchange) =>
  exchange.method === 'GET' &&
  /\/services\/[^/?]+$/.test(exchange.path) &&
  exchange.responseBody?.baseType === 'service';
const isMoving = (exchange) => exchange.responseBody.transitioning !== 'no';

// A service of the test bench's own (it stands for a network plugin), of a type that the simulator does not have.
const isTestBench = (resource) => resource.type === 'networkDriverService' || resource.name === 'default-test-driver';

function trimBody(body) {
  if (typeof body !== 'object' || body === null) return body;
  if (!Array.isArray(body.data)) return body;
  return { ...body, data: body.data.filter((resource) => !isTestBench(resource)) };
}

function trimExchange(exchange) {
  const { requestHeaders, requestBody, responseHeaders, responseBody, note } = exchange;
  const auth = requestHeaders?.Authorization === undefined ? (note === 'no auth' ? 'none' : undefined) : 'wrong';
  return {
    kind: 'exchange',
    at: exchange.at ?? null,
    took: exchange.took ?? null,
    method: exchange.method,
    path: exchange.path,
    ...(auth === undefined ? {} : { auth }),
    ...(note === undefined ? {} : { note }),
    ...(requestBody == null ? {} : '_raw' in requestBody ? { raw: requestBody._raw } : { requestBody }),
    status: exchange.status,
    contentType: responseHeaders?.['Content-Type'] ?? null,
    responseBody: trimBody(responseBody) ?? null,
  };
}

function sample(exchange) {
  const body = exchange.responseBody;
  return {
    at: exchange.at,
    state: body.state,
    healthState: body.healthState,
    transitioning: body.transitioning,
    transitioningMessage: body.transitioningMessage,
    scale: body.scale ?? null,
    currentScale: body.currentScale ?? null,
    actions: Object.keys(body.actions).sort(),
    imageUuid: body.launchConfig?.imageUuid ?? null,
    version: body.launchConfig?.version ?? null,
  };
}

// How many of a run of reads belong to the watch: up to the last one in which state or health was still changing.
function watchLength(run) {
  if (!isMoving(run[0])) return 0;
  const firstSettled = run.findIndex((exchange) => !isMoving(exchange));
  if (firstSettled < 0) return run.length > 1 ? run.length : 0;
  let last = firstSettled;
  for (let index = firstSettled + 1; index < run.length; index++) {
    const [before, after] = [run[index - 1].responseBody, run[index].responseBody];
    if (before.state !== after.state || before.healthState !== after.healthState) last = index;
  }
  return last + 1;
}

function steps(exchanges) {
  const result = [];
  for (let index = 0; index < exchanges.length;) {
    const exchange = exchanges[index];
    const run = [];
    if (isServiceRead(exchange)) {
      while (index + run.length < exchanges.length) {
        const next = exchanges[index + run.length];
        if (!isServiceRead(next) || next.path !== exchange.path || (run.length > 0 && next.note !== undefined)) break;
        run.push(next);
      }
    }
    const length = run.length === 0 ? 0 : watchLength(run);
    if (length === 0) {
      result.push(trimExchange(exchange));
      index += 1;
      continue;
    }
    const watched = run.slice(0, length);
    const last = watched[length - 1];
    result.push({
      kind: 'watch',
      at: exchange.at,
      path: exchange.path,
      samples: watched.map(sample),
      settled: isMoving(last) ? null : trimBody(last.responseBody),
    });
    index += length;
  }
  return result;
}

// Of the event frames: every name, type and state; whole are the first of an upgrading service, of a running container and of a log
// entry, and the last one of the service.
function trimFrames(frames) {
  const resourceOf = ({ frame }) => frame.data?.resource;
  const find = (list, type, state) =>
    list.find((one) => one.frame.resourceType === type && (state === undefined || resourceOf(one).state === state));
  const whole = [
    find(frames, 'service', 'upgrading'),
    find(frames, 'container', 'running'),
    find(frames, 'serviceLog'),
    find([...frames].reverse(), 'service'),
  ];
  return frames.map((one) => {
    const resource = resourceOf(one);
    if (resource === undefined || whole.includes(one)) return one;
    const kept = { id: resource.id, type: resource.type, state: resource.state ?? null };
    return { t: one.t, frame: { ...one.frame, data: { resource: kept } } };
  });
}

// The recorder kept the bodies that it read, and then put the image of its next request into three of them: those are not what
// Rancher answered. (08: its last; 13b and 23: their first.)
function exchangesOf({ scenario, exchanges }) {
  if (scenario.startsWith('08-')) return exchanges.slice(0, -1);
  return /^(13b|23)-/.test(scenario) ? exchanges.slice(1) : exchanges;
}

for (const file of readdirSync(source)
  .filter((name) => name.endsWith('.json'))
  .sort()) {
  const recording = JSON.parse(readFileSync(join(source, file), 'utf8'));
  if (LEFT_OUT.has(file.replace('.json', ''))) continue;
  const head = { scenario: recording.scenario, about: recording.about };
  const list = steps(exchangesOf(recording))
    .map((step) => JSON.stringify(step))
    .join(',\n');
  const frames =
    recording.frames === undefined ? undefined : trimFrames(recording.frames).map((frame) => JSON.stringify(frame));
  const lines = [
    `"scenario":${JSON.stringify(head.scenario)}`,
    `"about":${JSON.stringify(head.about)}`,
    ...(frames === undefined ? [] : [`"frames":[\n${frames.join(',\n')}\n]`]),
    `"steps":[\n${list}\n]`,
  ];
  const text = `{\n${lines.join(',\n')}\n}\n`.replaceAll('http://127.0.0.1:8080', '{base}');
  writeFileSync(join(target, file), text);
}
