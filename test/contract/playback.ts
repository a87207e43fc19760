import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, Recording, RecordedWatch } from './recording';
import { worldBefore } from './scene';

interface Played {
  readonly status: number;
  readonly contentType: string;
  readonly body: Json;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const json = (body: Json): Played => ({ status: 200, contentType: JSON_TYPE, body });

/** What stands still: the listings by which the replay finds out which id is what. */
function listings(recording: Recording): Map<string, Json> {
  const { services, stacks } = worldBefore(recording);
  const list = (data: Json[]): Json => ({ type: 'collection', data });
  const inStack = (stackId: string): Json[] =>
    services.filter((one) => one.stackId === stackId).map(({ id, name }) => ({ id, name }));
  return new Map([
    ['/v2-beta/projects', list([{ id: '1a7', name: 'production' }])],
    ['/v2-beta/projects/1a7/stacks', list([...stacks].map(([id, name]) => ({ id, name })))],
    ...[...stacks.keys()].map((id): [string, Json] => [
      `/v2-beta/projects/1a7/services?stackId=${id}`,
      list(inStack(id)),
    ]),
  ]);
}

/** One read of a watch; of those on the way only what was kept is as recorded. */
function watched(step: RecordedWatch, index: number): Json {
  const sample = step.samples[Math.min(index, step.samples.length - 1)];
  if (sample === undefined || (index >= step.samples.length - 1 && step.settled !== null)) return step.settled;
  const { at: _at, actions, imageUuid, version, ...kept } = sample;
  const offered = Object.fromEntries(actions.map((name) => [name, name]));
  return { ...kept, actions: offered, launchConfig: { imageUuid, version }, baseType: 'service' };
}

/** The recorded answers one after the other; within a watch one for each read, and the last one for all further reads. */
class Player {
  private step = -1;
  private reads = 0;

  constructor(private readonly recording: Recording) {}

  next(path: string): Played {
    const current = this.recording.steps[this.step];
    const following = this.recording.steps[this.step + 1];
    const over = current?.kind === 'watch' && this.reads >= current.samples.length && following?.path === path;
    if (current?.kind === 'watch' && current.path === path && !over) return json(watched(current, this.reads++));
    this.step += 1;
    this.reads = 1;
    if (following === undefined) throw new Error(`${this.recording.scenario} is over, but ${path} was asked for`);
    if (following.kind === 'watch') return json(watched(following, 0));
    return {
      status: following.status ?? 202,
      contentType: following.contentType ?? JSON_TYPE,
      body: following.responseBody,
    };
  }
}

export interface Playback {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers with the recording itself, so that the replay can be proven without the simulator: no difference may be found, and any
 * answer that `spoil` changes must be noticed.
 */
export async function startPlayback(
  recording: Recording,
  spoil: (body: Json, path: string) => Json = (body) => body,
): Promise<Playback> {
  const standing = listings(recording);
  const player = new Player(recording);
  // The replay asks for so many listings before anything else; a recording may ask for the same addresses later.
  const { services, stacks } = worldBefore(recording);
  let listingsLeft = 1 + stacks.size + services.length;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const path = request.url ?? '';
      const listing = listingsLeft-- > 0 ? standing.get(path) : undefined;
      const answer = listing === undefined ? player.next(path) : json(listing);
      const body = listing === undefined ? spoil(answer.body, path) : answer.body;
      response.writeHead(answer.status, { 'content-type': answer.contentType });
      response.end(typeof body === 'string' ? body : JSON.stringify(body).replaceAll('{base}', url));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
