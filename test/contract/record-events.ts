import WebSocket from 'ws';
import { Bindings } from './bindings';
import { compareBodies } from './compare';
import { isObject, text } from './recording';
import type { Json, JsonObject, Recording } from './recording';
import { keys } from './scene';

export interface Events {
  /** Types of the resources that frames came for. */
  readonly types: readonly string[];
  /** The states that the frames of the service showed. */
  readonly states: readonly string[];
  /** Between two frames of the service; seconds. */
  readonly gapsSeconds: readonly number[];
  readonly compared: number;
  readonly mismatches: readonly string[];
}

interface Received {
  readonly at: number;
  readonly frame: JsonObject;
}

const resourceOf = (frame: Json): JsonObject => {
  const data = isObject(frame) ? frame['data'] : undefined;
  const resource = isObject(data) ? data['resource'] : undefined;
  return isObject(resource) ? resource : {};
};

/** Listens while `act` runs and until the service's last frame came, then holds the frames to the recorded ones. */
export async function recordEvents(base: string, recording: Recording, act: () => Promise<void>): Promise<Events> {
  const { accessKey, secretKey } = keys.owner;
  const url = `${base.replace('http', 'ws')}/v2-beta/projects/1a7/subscribe?eventNames=resource.change`;
  const socket = new WebSocket(url, { auth: `${accessKey}:${secretKey}` });
  const received: Received[] = [];
  const done = (): boolean =>
    received.some(
      ({ frame }) => text(resourceOf(frame), 'state') === 'active' && text(frame, 'resourceType') === 'service',
    );
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  try {
    const settled = new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the event socket was closed')));
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString('utf8').replaceAll(base, '{base}')) as JsonObject;
        received.push({ at: performance.now(), frame });
        if (done()) resolve();
      });
    });
    settled.catch(() => undefined);
    await act();
    await settled;
  } finally {
    socket.removeAllListeners('close');
    socket.terminate();
  }
  return judge(recording, received);
}

function judge(recording: Recording, received: readonly Received[]): Events {
  const bindings = new Bindings();
  const known = (recording.frames ?? []).map(({ frame }) => frame);
  const mismatches: string[] = [];
  let compared = 0;
  const hold = (recorded: JsonObject | undefined, actual: JsonObject | undefined, moving: boolean): void => {
    if (recorded === undefined || actual === undefined) {
      mismatches.push(`no frame like ${JSON.stringify(recorded ?? actual).slice(0, 200)}`);
      return;
    }
    const health = new Set<Json>(['healthy', 'degraded', 'unhealthy']);
    const options = {
      bindings,
      moving: moving ? { healthStates: health, currentScales: new Set<Json>([2]) } : undefined,
    };
    const found = compareBodies(recorded, actual, options);
    compared += found.fields.length;
    mismatches.push(
      ...found.differences.map(
        ({ path, recorded: left, actual: right }) =>
          `${path}: recorded ${JSON.stringify(left)}, simulated ${JSON.stringify(right)}`,
      ),
    );
  };
  const wholeOf = (frames: readonly JsonObject[], type: string, state: string): JsonObject | undefined =>
    frames.find(
      (frame) =>
        text(frame, 'resourceType') === type &&
        text(resourceOf(frame), 'state') === state &&
        'links' in resourceOf(frame),
    );
  const frames = received.map(({ frame }) => frame);
  hold(wholeOf(known, 'service', 'upgrading'), wholeOf(frames, 'service', 'upgrading'), true);
  hold(wholeOf(known, 'service', 'active'), wholeOf(frames, 'service', 'active'), false);
  // What every frame has, whatever it tells of.
  const names = (frame: JsonObject): string => Object.keys(frame).sort().join();
  for (const frame of frames) {
    const form = known.find((one) => one['name'] === frame['name']);
    compared += 1;
    if (form === undefined || names(form) !== names(frame)) mismatches.push(`a frame with ${names(frame)}`);
  }
  const service = received.filter(({ frame }) => text(frame, 'resourceType') === 'service');
  return {
    types: [...new Set(frames.map((frame) => text(frame, 'resourceType')))],
    states: service.map(({ frame }) => text(resourceOf(frame), 'state')),
    gapsSeconds: service.slice(1).map(({ at }, index) => (at - (service[index]?.at ?? at)) / 1000),
    compared,
    mismatches,
  };
}
