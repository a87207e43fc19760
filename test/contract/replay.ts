import { setTimeout as wait } from 'node:timers/promises';
import { Bindings, tokenise } from './bindings';
import { compareBodies } from './compare';
import type { Difference, Field, Held, Moving } from './compare';
import { isArray, isObject, text } from './recording';
import type { Json, JsonObject, RecordedExchange, RecordedWatch, Recording, Step, WatchSample } from './recording';
import { call, callAndHangUp } from './rancher-caller';
import type { Answer, Call } from './rancher-caller';
import { bodiesOfService, scenes, worldBefore } from './scene';
import type { KeyName } from './scene';

/** How long a read that is repeated until it agrees, and a watch beyond its recorded length, may take; milliseconds of the test's clock. */
const PATIENCE_MILLIS = 2000;
const WATCH_PATIENCE_MILLIS = 10_000;
const POLL_MILLIS = 8;

export interface Mismatch extends Difference {
  /** Which step of the recording, and its request. */
  readonly step: string;
}

/** How long a watch took here and there, from its request to the rest it came to; seconds of the recording's clock. */
export interface Duration {
  readonly path: string;
  readonly recorded: number;
  readonly actual: number;
}

export interface Report {
  readonly recording: string;
  readonly exchanges: number;
  readonly fields: Readonly<Record<Held, number>>;
  readonly mismatches: readonly Mismatch[];
  readonly durations: readonly Duration[];
}

/** What a recording is replayed against: a simulator, or the recording itself. */
export interface Server {
  readonly url: string;
  readonly world: { removeBehaviour(image: string): void };
}

const MOVING = new Set(['yes', 'error']);
const isMoving = (body: Json): boolean => isObject(body) && MOVING.has(text(body, 'transitioning'));
const servicePath = (path: string): string | undefined => /\/services\/(1s\d+)/.exec(path)?.[1];

/** Replays one recording against a server that was started for it, `speed` times as fast as it was recorded. */
export function replay(recording: Recording, server: Server, speed: number): Promise<Report> {
  return new Replay(recording, server, speed).run();
}

class Replay {
  private readonly bindings = new Bindings();
  private readonly fields: Record<Held, number> = { exact: 0, identity: 0, shape: 0, ignored: 0 };
  private readonly mismatches: Mismatch[] = [];
  private readonly durations: Duration[] = [];
  /** Services that were last seen on their way, by their recorded id. */
  private readonly onTheWay = new Set<string>();
  private exchanges = 0;
  /** Where the recording's clock and ours last met. */
  private recordedNow = 0;
  private ourNow = performance.now();
  private actedAt = { recorded: 0, ours: performance.now() };

  constructor(
    private readonly recording: Recording,
    private readonly server: Server,
    private readonly speed: number,
  ) {}

  async run(): Promise<Report> {
    await this.bindSeeded();
    const scene = scenes[this.recording.scenario];
    for (const [index, step] of this.recording.steps.entries()) {
      await this.nudge(index);
      if (scene?.skip?.includes(index) === true) continue;
      const goesOn = step.kind === 'watch' ? await this.watch(step, index) : await this.exchange(step, index);
      if (!goesOn) break;
    }
    const { fields, exchanges, mismatches, durations } = this;
    return { recording: this.recording.scenario, exchanges, fields, mismatches, durations };
  }

  /** What was there before has its ids in both worlds: they are told apart by their names. */
  private async bindSeeded(): Promise<void> {
    const { services, stacks } = worldBefore(this.recording);
    this.bindings.agree('a', '7', await this.idOf('/v2-beta/projects', 'production'));
    for (const [id, name] of stacks) {
      this.bindings.agree('st', id.slice(3), await this.idOf('/v2-beta/projects/1a7/stacks', name));
    }
    for (const { id, name, stackId } of services) {
      const path = this.bindings.translate(`/v2-beta/projects/1a7/services?stackId=${stackId}`);
      this.bindings.agree('s', id.slice(2), await this.idOf(path, name));
    }
  }

  private async idOf(path: string, name: string): Promise<string> {
    const { body } = await this.call({ method: 'GET', path, key: 'owner' });
    const data = isObject(body) ? body['data'] : undefined;
    const found = (isArray(data) ? data : []).find((resource) => text(resource, 'name') === name);
    const id = tokenise(text(found, 'id')).identities[0]?.value;
    if (id === undefined) throw new Error(`the simulator lists no ${name} under ${path}`);
    return id;
  }

  private async nudge(index: number): Promise<void> {
    for (const nudge of scenes[this.recording.scenario]?.nudges ?? []) {
      if (nudge.before !== index) continue;
      if (nudge.removeBehaviour !== undefined) this.server.world.removeBehaviour(nudge.removeBehaviour);
      if (nudge.create === undefined) continue;
      const body = bodiesOfService(this.recording, nudge.create)[0] ?? {};
      const { name, scale, stackId, launchConfig } = body;
      const created = await this.call({
        method: 'POST',
        path: '/v2-beta/projects/1a7/services',
        key: 'owner',
        body: JSON.stringify({
          name,
          scale,
          stackId,
          launchConfig: { imageUuid: text(launchConfig, 'imageUuid') },
          startOnCreate: true,
        }),
      });
      const id = text(created.body, 'id');
      this.bindings.agree('s', nudge.create.slice(2), id.slice(2));
      if (nudge.atOnce !== true)
        await this.until(`/v2-beta/projects/1a7/services/${nudge.create}`, (read) => !isMoving(read));
    }
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

  private call(what: Call): Promise<Answer> {
    return call(this.server.url, this.translated(what));
  }

  private translated({ method, path, key, body }: Call): Call {
    // Rancher does not check prefixes: /services/1st2 is service 1s2.
    const named = path.replace(/\/services\/1st(\d+)/, (whole, number: string) => {
      const known = this.bindings.actualFor('s', number);
      return known === undefined ? whole : `/services/\u0000${known}`;
    });
    const translated = this.bindings.translate(named).replace('\u0000', '1st');
    return { method, path: translated, key, ...(body === undefined ? {} : { body: this.bindings.translate(body) }) };
  }

  /** Lets as much time pass as passed in the recording, where a service is on its way and it matters. */
  private async keepPace(at: number | null): Promise<void> {
    if (at === null) return;
    const due = this.ourNow + ((at - this.recordedNow) * 1000) / this.speed;
    if (this.onTheWay.size > 0 && due > performance.now()) await wait(due - performance.now());
  }

  private met(recorded: number | null): void {
    if (recorded !== null) this.recordedNow = recorded;
    this.ourNow = performance.now();
  }

  private keyFor(step: RecordedExchange): Call['key'] {
    if (step.auth !== undefined) return step.auth;
    const byNote: Readonly<Record<string, KeyName>> = { readonly: 'readonly', restricted: 'member', member: 'member' };
    return byNote[step.note ?? ''] ?? 'owner';
  }

  private movingOf(id: string | undefined): Moving {
    const bodies = id === undefined ? [] : bodiesOfService(this.recording, id);
    const samples = this.samplesOf(id);
    return {
      healthStates: new Set<Json>([
        ...bodies.map((body) => text(body, 'healthState')),
        ...samples.map((one) => one.healthState),
      ]),
      currentScales: new Set<Json>([
        ...bodies.map((body) => body['currentScale'] ?? null),
        ...samples.map((one) => one.currentScale),
      ]),
    };
  }

  private samplesOf(id: string | undefined): WatchSample[] {
    return this.recording.steps.flatMap((step) =>
      step.kind === 'watch' && servicePath(step.path) === id ? step.samples : [],
    );
  }

  private async exchange(step: RecordedExchange, index: number): Promise<boolean> {
    const id = servicePath(step.path);
    const wasOnTheWay = id !== undefined && this.onTheWay.has(id);
    await this.keepPace(step.at);
    const body = step.raw ?? (step.requestBody === undefined ? undefined : JSON.stringify(step.requestBody));
    const what: Call = {
      method: step.method,
      path: step.path,
      key: this.keyFor(step),
      ...(body === undefined ? {} : { body }),
    };
    this.exchanges += 1;
    if (step.status === null) {
      await callAndHangUp(this.server.url, this.translated(what));
      if (id !== undefined) this.onTheWay.add(id);
      return true;
    }
    // A read while a service is on its way is repeated until it agrees: a millisecond decides what it shows.
    const deadline = performance.now() + (step.method === 'GET' && this.onTheWay.size > 0 ? PATIENCE_MILLIS : 0);
    const moving = wasOnTheWay && isMoving(step.responseBody) ? this.movingOf(id) : undefined;
    for (;;) {
      const sentAt = performance.now();
      const answer = await this.call(what);
      const trial = this.bindings.copy();
      const found = this.compare(step, answer, trial, moving);
      if (found.differences.length > 0 && performance.now() < deadline) {
        await wait(POLL_MILLIS);
        continue;
      }
      this.bindings.adopt(trial);
      this.count(found.fields, found.differences, step, index);
      this.met(step.at === null ? null : step.at + (step.took ?? 0));
      if (step.method !== 'GET' && answer.status < 300) this.actedAt = { recorded: step.at ?? 0, ours: sentAt };
      const shown =
        isObject(answer.body) && answer.body['baseType'] === 'service'
          ? (servicePath(step.path) ?? text(step.responseBody, 'id'))
          : undefined;
      if (shown !== undefined) this.seen(shown, answer.body);
      // After a change that one server made and the other did not, all that follows would differ.
      return step.method === 'GET' || answer.status === step.status;
    }
  }

  private seen(id: string, body: Json): void {
    if (isMoving(body)) this.onTheWay.add(id);
    else this.onTheWay.delete(id);
  }

  private compare(
    step: RecordedExchange,
    answer: Answer,
    bindings: Bindings,
    moving: Moving | undefined,
  ): { fields: Field[]; differences: Difference[] } {
    const head = compareBodies(
      { status: step.status, contentType: mediaType(step.contentType) },
      { status: answer.status, contentType: mediaType(answer.contentType) },
      { bindings },
    );
    // A page of HTML is only known by its status and type: its words are the web server's own.
    const page = typeof step.responseBody === 'string' && step.contentType?.includes('html') === true;
    const body = page
      ? { fields: [], differences: [] }
      : compareBodies(step.responseBody, answer.body, { bindings, moving });
    return { fields: [...head.fields, ...body.fields], differences: [...head.differences, ...body.differences] };
  }

  private count(fields: readonly Field[], differences: readonly Difference[], step: Step, index: number): void {
    for (const { held } of fields) this.fields[held] += 1;
    const request = `#${index} ${step.kind === 'watch' ? 'watch' : step.method} ${step.path}${step.kind === 'exchange' && step.note !== undefined ? ` (${step.note})` : ''}`;
    this.mismatches.push(...differences.map((difference) => ({ ...difference, step: request })));
  }

  private async watch(step: RecordedWatch, index: number): Promise<boolean> {
    await this.keepPace(step.at);
    this.exchanges += step.samples.length;
    const id = servicePath(step.path);
    const last = step.samples.at(-1);
    if (id === undefined || last === undefined) throw new Error(`an empty watch in ${this.recording.scenario}`);
    const lengthMillis = ((last.at - step.at) * 1000) / this.speed;
    const startedAt = performance.now();
    const seen: JsonObject[] = [];
    const moved: string[] = [];
    const final = await this.until(
      step.path,
      (body) => {
        if (isObject(body)) this.remember(body, seen, moved);
        const rest = step.settled !== null || performance.now() - startedAt >= lengthMillis;
        return (
          rest &&
          text(body, 'state') === last.state &&
          text(body, 'transitioning') === last.transitioning &&
          text(body, 'healthState') === last.healthState &&
          sameWords(last.transitioningMessage, field(body, 'transitioningMessage'))
        );
      },
      lengthMillis * 2 + WATCH_PATIENCE_MILLIS,
    );
    this.checkWay(step, index, moved);
    for (const body of seen) this.checkSample(step, index, body);
    const bindings = this.bindings;
    if (step.settled !== null) {
      const found = compareBodies(step.settled, final, { bindings });
      this.count(found.fields, found.differences, step, index);
      this.durations.push({
        path: step.path,
        recorded: last.at - this.actedAt.recorded,
        actual: ((performance.now() - this.actedAt.ours) / 1000) * this.speed,
      });
    }
    this.met(last.at);
    this.seen(id, final);
    const arrived = text(final, 'state') === last.state;
    if (!arrived) this.count([], [{ path: 'state', recorded: last.state, actual: text(final, 'state') }], step, index);
    return arrived;
  }

  /** Keeps what is new among the reads of a watch. */
  private remember(body: JsonObject, seen: JsonObject[], moved: string[]): void {
    const state = text(body, 'state');
    if (moved.at(-1) !== state) moved.push(state);
    const key = (one: JsonObject): string => JSON.stringify(sampleOf(one));
    if (!seen.some((known) => key(known) === key(body))) seen.push(body);
  }

  /** The states passed must be the recorded ones in their order; short ones may have been missed. */
  private checkWay(step: RecordedWatch, index: number, moved: readonly string[]): void {
    const recorded = step.samples.map((one) => one.state).filter((state, place, all) => state !== all[place - 1]);
    let from = 0;
    for (const state of moved) {
      const place = recorded.indexOf(state, from);
      const fine = place >= 0;
      this.count(
        [{ path: ['state'], held: 'exact' }],
        fine ? [] : [{ path: 'states passed', recorded: recorded.join(' '), actual: moved.join(' ') }],
        step,
        index,
      );
      if (!fine) return;
      from = place + 1;
    }
  }

  /** A read on the way must look like one of the recorded ones, by the fields that were kept of those. */
  private checkSample(step: RecordedWatch, index: number, body: JsonObject): void {
    const actual = sampleOf(body);
    const sameState = step.samples.filter((one) => one.state === actual.state);
    const agrees = sameState.some((one) => {
      const trial = this.bindings.copy();
      return (
        one.transitioning === actual.transitioning &&
        sameWords(one.transitioningMessage, actual.transitioningMessage) &&
        one.actions.join() === actual.actions.join() &&
        one.imageUuid === actual.imageUuid &&
        one.scale === actual.scale &&
        (one.version === actual.version || trial.agreeTexts(one.version ?? '', actual.version ?? ''))
      );
    });
    const moving = this.movingOf(servicePath(step.path));
    const fields = Object.keys(actual).map((name): Field => ({ path: [name], held: 'exact' }));
    const differences: Difference[] = [];
    const show = (one: object): Json => one as JsonObject;
    const nearest = sameState.at(-1) ?? step.samples[0];
    if (!agrees)
      differences.push({
        path: 'a read on the way',
        recorded: nearest === undefined ? null : show(nearest),
        actual: show(actual),
      });
    if (!moving.healthStates.has(actual.healthState)) {
      differences.push({
        path: `healthState while ${actual.state}`,
        recorded: [...moving.healthStates],
        actual: actual.healthState,
      });
    }
    this.count(fields, differences, step, index);
  }
}

const mediaType = (contentType: string | null): string | null => contentType?.split(';')[0]?.trim() ?? null;

const field = (body: Json, name: string): Json => (isObject(body) ? (body[name] ?? null) : null);

/** The same text but for the ids in it. */
function sameWords(recorded: Json, actual: Json): boolean {
  if (typeof recorded !== 'string' || typeof actual !== 'string') return recorded === actual;
  return tokenise(recorded).skeleton === tokenise(actual).skeleton;
}

/** The fields that were kept of the recorded reads on the way. */
function sampleOf(body: JsonObject): Omit<WatchSample, 'at' | 'currentScale'> {
  const launchConfig = field(body, 'launchConfig');
  const number = (value: Json): number | null => (typeof value === 'number' ? value : null);
  const string = (value: Json): string | null => (typeof value === 'string' ? value : null);
  const actions = field(body, 'actions');
  return {
    state: text(body, 'state'),
    healthState: text(body, 'healthState'),
    transitioning: text(body, 'transitioning'),
    transitioningMessage: string(field(body, 'transitioningMessage')),
    scale: number(field(body, 'scale')),
    actions: isObject(actions) ? Object.keys(actions).sort() : [],
    imageUuid: string(field(launchConfig, 'imageUuid')),
    version: string(field(launchConfig, 'version')),
  };
}
