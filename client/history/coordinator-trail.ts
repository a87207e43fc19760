import { INTERVENTION_NAMES } from '../../decision/intervention';
import { releaseMeaningOf } from '../../decision/release-intervention';
import { APPROVE, BREAK_GLASS, HOLD, LET_GO } from '../../workflows/pipeline-contract';
import type { ReleasePhase } from '../../workflows/release-contract';
import { RELEASE_PHASES, REPORT } from '../../workflows/release-contract';
import { coordinatorAskedOf, coordinatorPlaceOf } from './coordinator-asked';
import type { CoordinatorEntry, CoordinatorIntervened, CoordinatorKind, CoordinatorPlace } from './coordinator-entry';
import type { Intervened } from './history-entry';
import { overOf } from './over-of';
import { property, textOrNull } from './read-value';
import { valueOf } from './recorded-event';
import type { Given, RecordedEvent } from './recorded-event';

type Of<Type extends RecordedEvent['type']> = Extract<RecordedEvent, { readonly type: Type }>;
type Message = Of<'update' | 'signal' | 'admitted'>;
type Part = CoordinatorEntry extends infer Entry
  ? Entry extends unknown
    ? Omit<Entry, 'id' | 'at' | 'unreadable'>
    : never
  : never;
type CameTo = Pick<Intervened, 'outcome' | 'meaning'>;

/** Messages of workflows to each other: nobody stepped in. */
const BETWEEN_WORKFLOWS = [REPORT, HOLD];
const UNKNOWN: CameTo = { outcome: 'ignored', meaning: 'Drover knows no such message' };

/**
 * What the events of a release, a pipeline or of what is held tell: who asked, who stepped in, how it ended. An update is told when it is
 * answered, for only then it is known what it came to; so a longer history only adds entries.
 */
export class CoordinatorTrail {
  readonly entries: CoordinatorEntry[] = [];
  place: CoordinatorPlace = { title: null, requestId: null, environments: [], stacks: [] };
  #phase = '';
  readonly #unanswered = new Map<number, { readonly message: Message; readonly phase: string }>();
  readonly #parked = new Set<string>();

  /** @param idOf the lasting id of an event of this run */
  constructor(
    private readonly kind: CoordinatorKind,
    private readonly idOf: (eventId: number) => string,
  ) {}

  add(event: RecordedEvent): void {
    switch (event.type) {
      case 'started':
        this.#phase = event.attributes['DroverPhase'] ?? '';
        this.place = coordinatorPlaceOf(this.kind, event);
        // What is held is kept from the first rollback on: nobody asks for it.
        if (this.kind !== 'holds') this.#put(event, coordinatorAskedOf(this.kind, event), event.input);
        return;
      case 'attributes':
        this.#phase = event.attributes['DroverPhase'] ?? this.#phase;
        return;
      case 'signal':
        this.#signal(event);
        return;
      case 'admitted':
        // What a reset has put in again is accepted by an event of its own.
        this.#put(event, this.#told(event, { outcome: 'repeated', meaning: 'put in again by a reset' }), event.input);
        return;
      case 'update':
        this.#unanswered.set(event.id, { message: event, phase: this.#phase });
        return;
      case 'update-answered':
        this.#answer(event);
        return;
      case 'cancel-requested':
        this.#put(event, this.#inTemporal('cancel', event.cause, event.identity, this.#cancelled()));
        return;
      case 'reset': {
        const cameTo = { outcome: 'taken', meaning: 'goes on as another run, from an earlier moment' } as const;
        this.#put(event, this.#inTemporal('reset', event.reason, event.identity, cameTo));
        return;
      }
      case 'ended':
        this.#end(event);
        return;
      default:
    }
  }

  #put({ id, at }: RecordedEvent, part: Part, ...given: readonly Given[]): void {
    this.#append(this.idOf(id), at, part, given);
  }

  #append(id: string, at: number, part: Part, given: readonly Given[]): void {
    const unreadable = given.flatMap((one) => (one.isReadable ? [] : [one.encoding]));
    this.entries.push({ id, at, unreadable, ...part });
  }

  #signal(event: Of<'update' | 'signal' | 'admitted'>): void {
    if (BETWEEN_WORKFLOWS.includes(event.name)) return this.#hear(event.input);
    this.#put(event, this.#told(event, this.#signalled(event)), event.input);
  }

  /** What a deployment reports tells whether there is something to retry. */
  #hear(input: Given): void {
    const report = valueOf(input);
    const deploymentId = textOrNull(property(report, 'deploymentId'));
    if (deploymentId === null) return;
    if (property(report, 'state') === 'parked') this.#parked.add(deploymentId);
    else this.#parked.delete(deploymentId);
  }

  /** Nobody answers a signal: what it came to follows from where it met the workflow, or cannot be known. */
  #signalled({ name, input }: Message): CameTo {
    const kind = INTERVENTION_NAMES.find((one) => one === name);
    if (this.kind === 'release' && kind !== undefined) {
      const phase = this.#releasePhase();
      if (phase === 'deciding' && kind !== 'confirm')
        return { outcome: 'unknown', meaning: 'it came while it was decided: the release itself says which was first' };
      const decision = phase === 'finishing' ? 'commit' : phase === 'rolling-back' ? 'roll-back' : null;
      const { accepted, meaning } = releaseMeaningOf(kind, phase, decision, this.#parked.size > 0);
      return { outcome: accepted ? 'taken' : 'refused', meaning };
    }
    if (this.kind !== 'pipeline') return UNKNOWN;
    if (kind === 'cancel' || kind === 'rollback')
      return { outcome: 'taken', meaning: 'takes back what is being released, begins nothing more, and ends' };
    if (name === APPROVE)
      return { outcome: 'unknown', meaning: 'nobody answers a signal: the pipeline itself says whether it counts' };
    if (name !== BREAK_GLASS) return UNKNOWN;
    if (!input.isReadable) return { outcome: 'unknown', meaning: 'whether it has a reason cannot be read' };
    return textOrNull(property(valueOf(input), 'why')) === null
      ? { outcome: 'refused', meaning: 'it needs a reason' }
      : { outcome: 'taken', meaning: 'goes past freezes, approvals and holds of the stage at hand' };
  }

  #answer(event: Of<'update-answered'>): void {
    const asked = this.#unanswered.get(event.acceptedId);
    if (asked === undefined) return;
    this.#unanswered.delete(event.acceptedId);
    const { message, phase } = asked;
    this.#put(
      event,
      { ...this.#told(message, answeredWith(message, event)), phase },
      message.input,
      ...(message.second === undefined ? [] : [message.second]),
      event.result,
    );
  }

  #told(message: Message, cameTo: CameTo): CoordinatorIntervened {
    const { name, input, identity } = message;
    const isLetGo = name === LET_GO;
    const given = valueOf(isLetGo ? (message.second ?? { isReadable: true, value: undefined }) : input);
    const stage = textOrNull(property(given, 'stage'));
    const decision = property(given, 'decision') === 'reject' ? 'reject' : 'approve';
    return {
      event: 'intervention',
      name,
      how: message.type === 'signal' ? 'signal' : 'update',
      by: textOrNull(property(given, 'by')) ?? textOrNull(given),
      why: textOrNull(property(given, 'why')),
      identity,
      ...cameTo,
      phase: this.#phase,
      ...(name === APPROVE && input.isReadable ? { decision } : {}),
      ...(name !== APPROVE || stage === null ? {} : { stage }),
      ...(isLetGo && typeof valueOf(input) === 'string' ? { hold: String(valueOf(input)) } : {}),
    };
  }

  #cancelled(): CameTo {
    if (this.kind === 'holds') return { outcome: 'ignored', meaning: 'what is held stays held' };
    if (this.kind === 'pipeline')
      return { outcome: 'taken', meaning: 'takes back what is being released, begins nothing more, and ends' };
    return this.#signalled({
      ...{ type: 'signal', id: 0, at: 0, name: 'cancel', identity: '' },
      input: { isReadable: true, value: undefined },
    });
  }

  #releasePhase(): ReleasePhase {
    return RELEASE_PHASES.find((one) => one === this.#phase) ?? 'checking';
  }

  #end(event: Of<'ended'>): void {
    for (const [id, { message, phase }] of this.#unanswered) {
      const cameTo = {
        outcome: 'unknown',
        meaning: 'it was accepted, and the workflow ended before it answered',
      } as const;
      this.#append(`${this.idOf(id)}/unanswered`, event.at, { ...this.#told(message, cameTo), phase }, [message.input]);
    }
    if (event.how === 'terminated') {
      const cameTo = { outcome: 'taken', meaning: 'ended at once; nothing was tidied up' } as const;
      this.#put(event, this.#inTemporal('terminate', event.reason, event.identity, cameTo));
    }
    // One event, two entries: the second needs an id of its own.
    this.#append(`${this.idOf(event.id)}/verdict`, event.at, overOf(event), [event.result]);
  }

  #inTemporal(name: string, why: string, identity: string, cameTo: CameTo): CoordinatorIntervened {
    const what = { event: 'intervention', name, how: 'Temporal', by: null } as const;
    return { ...what, why: textOrNull(why), identity, ...cameTo, phase: this.#phase };
  }
}

/** What an update came to, by its answer; one that is refused beforehand leaves nothing in the history. */
function answeredWith({ name }: Message, { result, said }: Of<'update-answered'>): CameTo {
  if (said !== null) return { outcome: 'refused', meaning: said };
  if (!result.isReadable) return { outcome: 'unknown', meaning: 'it was answered; what with cannot be read' };
  const answer = valueOf(result);
  if (name === LET_GO)
    return property(answer, 'wasHeld') === true
      ? { outcome: 'taken', meaning: 'may be promoted again' }
      : { outcome: 'refused', meaning: 'it is not held (any more)' };
  if (name === APPROVE)
    return {
      outcome: property(answer, 'counts') === true ? 'taken' : 'refused',
      meaning: textOrNull(property(answer, 'text')) ?? '',
    };
  return { outcome: 'taken', meaning: textOrNull(property(answer, 'meaning')) ?? '' };
}
