import { setTimeout as wait } from 'node:timers/promises';
import { Bindings, tokenise } from './bindings';
import { compareBodies } from './compare';
import type { CompareOptions, Moving } from './compare';
import { chanceFields } from './ignored-fields';
import { isArray, isObject, text } from './recording';
import type { Json, JsonObject, RecordedExchange, RecordedWatch, Recording } from './recording';
import { fates, recordedVersion } from './pair-containers';
import { call, callAndHangUp } from './rancher-caller';
import type { Answer, Call } from './rancher-caller';
import { Tally } from './report';
import type { Report } from './report';
import { bodiesOfService, scenes, worldBefore } from './scene';
import type { KeyName, Nudge, Scene } from './scene';
import { isLike, judgeSample, judgeStates, Way } from './watch-sample';
import type { Judgement } from './watch-sample';

/** How long a read that is repeated until it agrees may take, and a watch beyond its recorded length; real milliseconds. */
const PATIENCE_MILLIS = 2000;
const WATCH_PATIENCE_MILLIS = 10_000;
const POLL_MILLIS = 8;

/** What a recording is replayed against: a simulator, or the recording itself. */
export interface Server {
  readonly url: string;
}

const isMoving = (body: Json): boolean => isObject(body) && ['yes', 'error'].includes(text(body, 'transitioning'));
const serviceIn = (path: string): string | undefined => /\/services\/(1s\d+)/.exec(path)?.[1];
const dataOf = (body: Json): readonly Json[] => {
  const data = isObject(body) ? body['data'] : undefined;
  return isArray(data) ? data : [];
};
const mediaType = (contentType: string | null): string | null => contentType?.split(';')[0]?.trim() ?? null;

/** Replays one recording against a server that was started for it, `speed` times as fast as it was recorded. */
export function replay(recording: Recording, server: Server, speed: number): Promise<Report> {
  return new Replay(recording, server, speed).run();
}

class Replay {
  private readonly bindings = new Bindings();
  private readonly tally: Tally;
  private readonly scene: Scene;
  /** The last listing of the containers of each service, there and here. */
  private readonly listings = new Map<
    string,
    { readonly recorded: readonly Json[]; readonly actual: readonly Json[] }
  >();
  /** Services and stacks that were last seen on their way, by their recorded id. */
  private readonly onTheWay = new Set<string>();
  /** Where the recording's clock (seconds) and ours (milliseconds) last met, and when the last action was sent. */
  private now = { recorded: 0, ours: performance.now() };
  private acted = { recorded: 0, ours: performance.now() };

  constructor(
    private readonly recording: Recording,
    private readonly server: Server,
    private readonly speed: number,
  ) {
    this.tally = new Tally(recording.scenario);
    this.scene = scenes[recording.scenario] ?? {};
  }

  async run(): Promise<Report> {
    await this.bindSeeded();
    for (const [index, step] of this.recording.steps.entries()) {
      for (const nudge of this.scene.nudges ?? []) if (nudge.before === index) await this.nudge(nudge);
      if (this.scene.skip?.includes(index) === true) continue;
      const goesOn = step.kind === 'watch' ? await this.watch(step, index) : await this.exchange(step, index);
      if (!goesOn) break;
    }
    return this.tally.report();
  }

  /** What was there before has its ids in both worlds: they are told apart by their names. */
  private async bindSeeded(): Promise<void> {
    const { services, stacks } = worldBefore(this.recording);
    this.bindings.agree('a', '7', await this.idOf('/v2-beta/projects', 'production'));
    for (const [id, name] of stacks) {
      this.bindings.agree('st', id.slice(3), await this.idOf('/v2-beta/projects/1a7/stacks', name));
    }
    for (const { id, name, stackId } of services) {
      const path = `/v2-beta/projects/1a7/services?stackId=${stackId}`;
      this.bindings.agree('s', id.slice(2), await this.idOf(path, name));
    }
  }

  private async idOf(path: string, name: string): Promise<string> {
    const { body } = await this.call({ method: 'GET', path, key: 'owner' });
    const data = isObject(body) ? body['data'] : undefined;
    const found = (isArray(data) ? data : []).find((resource) => text(resource, 'name') === name);
    const id = tokenise(text(found, 'id')).identities[0]?.value;
    if (id === undefined) throw new Error(`the server lists no ${name} under ${path}`);
    return id;
  }

  private async nudge({ create, atOnce }: Nudge): Promise<void> {
    const { name, scale, stackId, launchConfig } = bodiesOfService(this.recording, create)[0] ?? {};
    const imageUuid = text(launchConfig, 'imageUuid');
    const { body } = await this.call({
      method: 'POST',
      path: '/v2-beta/projects/1a7/services',
      key: 'owner',
      body: JSON.stringify({ name, scale, stackId, launchConfig: { imageUuid }, startOnCreate: true }),
    });
    this.bindings.agree('s', create.slice(2), text(body, 'id').slice(2));
    if (atOnce !== true) await this.until(`/v2-beta/projects/1a7/services/${create}`, (read) => !isMoving(read));
  }

  private call(what: Call): Promise<Answer> {
    return call(this.server.url, this.translated(what));
  }

  /** The recorded request with this server's ids in it. */
  private translated({ body, ...rest }: Call): Call {
    // Rancher does not check prefixes: /services/1st2 is service 1s2, so the number is not a stack's.
    const path = rest.path.replace(
      /(?<=\/services\/1st)\d+/,
      (number) => this.bindings.actualFor('s', number) ?? number,
    );
    const translated = path === rest.path ? this.bindings.translate(path) : path;
    return { ...rest, path: translated, ...(body === undefined ? {} : { body: this.bindings.translate(body) }) };
  }

  /** Reads a service until it is as wanted, or patience ends; the last answer's body. */
  private async until(path: string, wanted: (body: Json) => boolean, patience = WATCH_PATIENCE_MILLIS): Promise<Json> {
    const deadline = performance.now() + patience;
    for (;;) {
      const { body } = await this.call({ method: 'GET', path, key: 'owner' });
      if (wanted(body) || performance.now() > deadline) return body;
      await wait(POLL_MILLIS);
    }
  }

  /** Lets as much time pass as passed in the recording, where a service is on its way and it matters. */
  private async keepPace(at: number | null): Promise<void> {
    const due = this.now.ours + (((at ?? 0) - this.now.recorded) * 1000) / this.speed;
    if (this.onTheWay.size > 0 && due > performance.now()) await wait(due - performance.now());
  }

  private keyFor({ auth, note }: RecordedExchange): Call['key'] {
    const byNote: Readonly<Record<string, KeyName>> = { readonly: 'readonly', restricted: 'member', member: 'member' };
    return auth ?? byNote[note ?? ''] ?? 'owner';
  }

  /** What was recorded of a service anywhere on its way. */
  private recordedOf(id: string): Moving {
    const bodies = bodiesOfService(this.recording, id);
    const steps = this.recording.steps.filter((step) => serviceIn(step.path) === id);
    const samples = steps.flatMap((step) => (step.kind === 'watch' ? step.samples : []));
    return {
      healthStates: new Set([...bodies, ...samples].map((one) => one.healthState ?? null)),
      currentScales: new Set([...bodies, ...samples].map((one) => one.currentScale ?? null)),
    };
  }

  /** Sends one request; false where going on makes no sense, as what follows would differ throughout. */
  private async exchange(step: RecordedExchange, index: number): Promise<boolean> {
    const id = serviceIn(step.path);
    const midway = id !== undefined && this.onTheWay.has(id) && isMoving(step.responseBody);
    await this.keepPace(step.at);
    const body = step.raw ?? (step.requestBody === undefined ? undefined : JSON.stringify(step.requestBody));
    const what: Call = {
      method: step.method,
      path: step.path,
      key: this.keyFor(step),
      ...(body === undefined ? {} : { body }),
    };
    this.tally.exchanges += 1;
    if (step.status === null) {
      await callAndHangUp(this.server.url, this.translated(what));
      if (id !== undefined) this.onTheWay.add(id);
      return true;
    }
    const moving = midway ? this.recordedOf(id) : undefined;
    // A read while a service is on its way is repeated until it agrees: a millisecond decides what it shows.
    const repeat = step.method === 'GET' && this.onTheWay.size > 0;
    const deadline = performance.now() + (repeat ? PATIENCE_MILLIS : 0);
    for (;;) {
      const sentAt = performance.now();
      const answer = await this.call(what);
      const trial = this.bindings.copy();
      const statusOnly = this.scene.statusOnly?.includes(index) === true;
      const options = { bindings: trial, moving, byChance: this.byChance(index) };
      const { fields, differences } = this.judge(step, answer, options, statusOnly);
      if (differences.length > 0 && performance.now() < deadline) {
        await wait(POLL_MILLIS);
        continue;
      }
      this.bindings.adopt(trial);
      this.tally.add(fields, differences, step, index);
      this.compareFates(step, answer.body, index);
      if (step.at !== null) this.now = { recorded: step.at + (step.took ?? 0), ours: performance.now() };
      if (step.method !== 'GET' && answer.status < 300) this.acted = { recorded: step.at ?? 0, ours: sentAt };
      if (['service', 'stack'].includes(text(answer.body, 'baseType')))
        this.saw(id ?? text(step.responseBody, 'id'), answer.body);
      return step.method === 'GET' || answer.status === step.status;
    }
  }

  private saw(id: string, body: Json): void {
    if (isMoving(body)) this.onTheWay.add(id);
    else this.onTheWay.delete(id);
  }

  private byChance(index: number): string[] {
    const applies = chanceFields.filter((one) => one.recording === this.recording.scenario && one.from <= index);
    return applies.map((one) => one.field);
  }

  private judge(step: RecordedExchange, answer: Answer, options: CompareOptions, statusOnly: boolean): Judgement {
    const recordedHead = { status: step.status, contentType: mediaType(step.contentType) };
    const actualHead = { status: answer.status, contentType: mediaType(answer.contentType) };
    const head = compareBodies(recordedHead, actualHead, options);
    // Of a page of HTML only the status and the type count: its words are the web server's own.
    if (statusOnly || recordedHead.contentType === 'text/html') return head;
    const body = compareBodies(step.responseBody, answer.body, options);
    return { fields: [...head.fields, ...body.fields], differences: [...head.differences, ...body.differences] };
  }

  /** What became of the containers since the listing before: as many of each fate here as there. */
  private compareFates(step: RecordedExchange, body: Json, index: number): void {
    if (!step.path.endsWith('/instances')) return;
    const [recorded, actual] = [dataOf(step.responseBody), dataOf(body)];
    const before = this.listings.get(step.path);
    this.listings.set(step.path, { recorded, actual });
    if (before === undefined) return;
    const there = fates(before.recorded, recorded, (container) => text(container, 'version'));
    const here = fates(before.actual, actual, (container) => recordedVersion(container, this.bindings));
    const same = there.join() === here.join();
    const differences = same ? [] : [{ path: 'what became of the containers', recorded: there, actual: here }];
    this.tally.add(
      there.map((_fate, place) => ({ path: ['fate', place], held: 'exact' as const })),
      differences,
      step,
      index,
    );
  }

  /**
   * A container that was just removed is still named by the service for some milliseconds. What the next recorded answer does not
   * name any more, the simulator need not name either.
   */
  private withoutLingering(step: RecordedWatch, index: number): JsonObject | null {
    const next = this.recording.steps[index + 1];
    const ids = step.settled?.['instanceIds'];
    if (step.settled === null || ids === undefined || !isArray(ids) || next?.kind !== 'exchange') return step.settled;
    const named = isObject(next.responseBody) ? next.responseBody['instanceIds'] : undefined;
    const listed =
      next.path === `${step.path}/instances` ? dataOf(next.responseBody).map((one) => text(one, 'id')) : named;
    if (listed === undefined || !isArray(listed)) return step.settled;
    return { ...step.settled, instanceIds: ids.filter((id) => listed.includes(id)) };
  }

  private judgeSettled(step: RecordedWatch, final: Json, index: number): Judgement {
    const byChance = this.byChance(index);
    const tries = [step.settled, this.withoutLingering(step, index)].map((body) => {
      const bindings = this.bindings.copy();
      return { bindings, found: compareBodies(body, final, { bindings, byChance }) };
    });
    const best = tries.find(({ found }) => found.differences.length === 0) ?? tries[0];
    if (best === undefined) return { fields: [], differences: [] };
    this.bindings.adopt(best.bindings);
    return best.found;
  }

  /** Reads again and again until the service is where the recorded watch ended; false where it never comes there. */
  private async watch(step: RecordedWatch, index: number): Promise<boolean> {
    const id = serviceIn(step.path);
    const end = step.samples.at(-1);
    if (id === undefined || end === undefined) throw new Error(`an empty watch in ${this.recording.scenario}`);
    await this.keepPace(step.at);
    this.tally.exchanges += step.samples.length;
    const way = new Way();
    const startedAt = performance.now();
    const length = ((end.at - step.at) * 1000) / this.speed;
    const final = await this.until(
      step.path,
      (body) => {
        way.add(body);
        const longEnough = step.settled !== null || performance.now() - startedAt >= length;
        return longEnough && isLike(body, end);
      },
      length * 2 + WATCH_PATIENCE_MILLIS,
    );
    const arrivedAt = performance.now();
    const note = ({ fields, differences }: Judgement): void => this.tally.add(fields, differences, step, index);
    note(judgeStates(step, way.states));
    const { healthStates } = this.recordedOf(id);
    for (const sample of way.samples) note(judgeSample(step, sample, this.bindings, healthStates));
    const arrived = isLike(final, end);
    if (arrived && step.settled !== null) {
      note(this.judgeSettled(step, final, index));
      this.tally.durations.push({
        path: step.path,
        recorded: end.at - this.acted.recorded,
        actual: ((arrivedAt - this.acted.ours) / 1000) * this.speed,
      });
    }
    if (!arrived) {
      const last = way.samples.at(-1);
      const difference = {
        path: 'where it ends',
        recorded: { ...end },
        actual: last === undefined ? null : { ...last },
      };
      note({ fields: [], differences: [difference] });
    }
    this.now = { recorded: end.at, ours: performance.now() };
    this.saw(id, final);
    return arrived;
  }
}
