import { tokenise } from './bindings';
import type { Bindings } from './bindings';
import type { Difference, Field } from './compare';
import { isObject, text } from './recording';
import type { Json, RecordedWatch, WatchSample } from './recording';

/** The fields that are compared of a read on the way: those that were kept, but for the ones that a millisecond decides. */
export type ComparedSample = Omit<WatchSample, 'at' | 'currentScale'>;

export interface Judgement {
  readonly fields: readonly Field[];
  readonly differences: readonly Difference[];
}

const field = (body: Json | undefined, name: string): Json => (isObject(body) ? (body[name] ?? null) : null);

/** The same text but for the ids in it, or null both. */
export function sameWords(recorded: Json, actual: Json): boolean {
  if (typeof recorded !== 'string' || typeof actual !== 'string') return recorded === actual;
  return tokenise(recorded).skeleton === tokenise(actual).skeleton;
}

export function sampleOf(body: Json): ComparedSample {
  const string = (value: Json): string | null => (typeof value === 'string' ? value : null);
  const scale = field(body, 'scale');
  const actions = field(body, 'actions');
  return {
    state: text(body, 'state'),
    healthState: text(body, 'healthState'),
    transitioning: text(body, 'transitioning'),
    transitioningMessage: string(field(body, 'transitioningMessage')),
    scale: typeof scale === 'number' ? scale : null,
    actions: isObject(actions) ? Object.keys(actions).sort() : [],
    imageUuid: string(field(field(body, 'launchConfig'), 'imageUuid')),
    version: string(field(field(body, 'launchConfig'), 'version')),
  };
}

/** Whether a watch has come to where the recorded one ended. */
export function isLike(body: Json, end: WatchSample): boolean {
  const { state, transitioning, healthState, transitioningMessage } = sampleOf(body);
  return (
    state === end.state &&
    transitioning === end.transitioning &&
    healthState === end.healthState &&
    sameWords(end.transitioningMessage, transitioningMessage)
  );
}

/** Everything that a watch saw, each look of the service once. */
export class Way {
  readonly samples: ComparedSample[] = [];
  readonly states: string[] = [];

  add(body: Json): void {
    const sample = sampleOf(body);
    if (this.states.at(-1) !== sample.state) this.states.push(sample.state);
    const look = JSON.stringify(sample);
    if (!this.samples.some((known) => JSON.stringify(known) === look)) this.samples.push(sample);
  }
}

/** The states passed must be the recorded ones in their order; short ones may have been missed. */
export function judgeStates(step: RecordedWatch, states: readonly string[]): Judgement {
  const recorded = step.samples.map((one) => one.state).filter((state, place, all) => state !== all[place - 1]);
  let from = 0;
  const inOrder = states.every((state) => {
    const place = recorded.indexOf(state, from);
    from = place + 1;
    return place >= 0;
  });
  const difference = { path: 'states passed', recorded: recorded.join(' '), actual: states.join(' ') };
  return { fields: states.map(() => ({ path: ['state'], held: 'exact' })), differences: inOrder ? [] : [difference] };
}

/** A read on the way must look like one of the recorded ones of that state. */
export function judgeSample(
  step: RecordedWatch,
  actual: ComparedSample,
  bindings: Bindings,
  healthStates: ReadonlySet<Json>,
): Judgement {
  const sameState = step.samples.filter((one) => one.state === actual.state);
  const agrees = sameState.some(
    (one) =>
      one.transitioning === actual.transitioning &&
      sameWords(one.transitioningMessage, actual.transitioningMessage) &&
      one.actions.join() === actual.actions.join() &&
      one.imageUuid === actual.imageUuid &&
      one.scale === actual.scale &&
      bindings.copy().agreeTexts(one.version ?? '', actual.version ?? ''),
  );
  const differences: Difference[] = [];
  if (!agrees) {
    const nearest = { ...(sameState.at(-1) ?? step.samples[0]) };
    differences.push({ path: 'a read on the way', recorded: nearest, actual: { ...actual } });
  }
  if (!healthStates.has(actual.healthState)) {
    const recorded = [...healthStates];
    differences.push({ path: `healthState while ${actual.state}`, recorded, actual: actual.healthState });
  }
  return { fields: Object.keys(actual).map((name) => ({ path: [name], held: 'exact' })), differences };
}
