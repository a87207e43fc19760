import { INTERVENTION_NAMES, meaningOf } from '../../decision/intervention';
import type { InterventionKind, Rounds } from '../../decision/intervention';
import { PHASES } from '../../decision/phase';
import type { Phase } from '../../decision/phase';
import type { TriedAction } from '../../decision/tried';
import { Absence } from './absence';
import { askedOf } from './asked-of';
import { coordinatedMeaning } from './coordinated-meaning';
import type { HistoryEntry, Intervened } from './history-entry';
import { UNANSWERED } from './history-entry';
import { overOf } from './over-of';
import { actionOf, postedImages, roundOf } from './rancher-action';
import { property, textOrNull } from './read-value';
import { valueOf } from './recorded-event';
import type { Given, RecordedEvent } from './recorded-event';

type Part = HistoryEntry extends infer Entry
  ? Entry extends unknown
    ? Omit<Entry, 'id' | 'at' | 'unreadable'>
    : never
  : never;
type Of<Type extends RecordedEvent['type']> = Extract<RecordedEvent, { readonly type: Type }>;

interface Begun {
  readonly action: TriedAction;
  readonly round: number | null;
  attempts: number;
}

/** What the workflow answers to a cancellation in Temporal that comes too late. */
const NO_WAY_BACK = 'the finish was sent: there is no way back';

/** As Temporal's server calls itself where it ends a run for a reset. */
const RESETTER = 'history-resetter';

/**
 * What the events of one run tell, in their order: who asked, who stepped in and what it meant, what went to Rancher, the verdict. Each
 * entry is made from one event and those before it, so that a longer history only adds entries.
 */
export class Trail {
  readonly entries: HistoryEntry[] = [];
  #phase: Phase = 'resolving';
  /** The last phase that was not `parked`: once it is `finishing`, nothing leads back. */
  #unparked: Phase = 'resolving';
  readonly #begun = new Map<number, Begun>();
  readonly #taken = new Set<string>();
  readonly #absence = new Absence();
  #deploymentId: string | null = null;
  #releaseId: string | null = null;
  #posted = 0;
  #maxRounds: number | null = null;

  /** @param idOf the lasting id of an event of this run */
  constructor(private readonly idOf: (eventId: number) => string) {}

  add(event: RecordedEvent): void {
    this.#absence.add(event);
    switch (event.type) {
      case 'started':
        this.#ask(event);
        return;
      case 'attributes':
        this.#enter(event);
        return;
      case 'scheduled':
        this.#begin(event);
        return;
      case 'turn':
      case 'update-answered':
        return;
      case 'attempt': {
        const begun = this.#begun.get(event.scheduledId);
        if (begun !== undefined) begun.attempts = event.attempt;
        return;
      }
      case 'answered':
        this.#answer(event);
        return;
      case 'update':
      case 'signal':
      case 'admitted':
        this.#message(event);
        return;
      case 'cancel-requested':
        this.#cancel(event);
        return;
      case 'reset': {
        const meaning = 'goes on as another run, from an earlier moment';
        this.#put(event, this.#inTemporal('reset', event.reason, event.identity, 'taken', meaning));
        return;
      }
      case 'ended':
        this.#end(event);
        return;
      default:
        event satisfies never;
    }
  }

  #put({ id, at }: RecordedEvent, part: Part, ...given: readonly Given[]): void {
    this.#append(this.idOf(id), at, part, given);
  }

  #append(id: string, at: number, part: Part, given: readonly Given[]): void {
    const unreadable = given.flatMap((one) => (one.isReadable ? [] : [one.encoding]));
    this.entries.push({ id, at, unreadable, ...part });
  }

  #ask(event: Of<'started'>): void {
    const asked = askedOf(event);
    this.#deploymentId = asked.deploymentId;
    const release = property(valueOf(event.input), 'release');
    this.#releaseId = textOrNull(property(release, 'releaseId')) ?? event.attributes['DroverRelease'] ?? null;
    this.#put(event, asked, event.input);
  }

  #enter(event: Of<'attributes'>): void {
    const phase = PHASES.find((one) => one === event.attributes['DroverPhase']);
    if (phase === undefined || phase === this.#phase) return;
    if (this.#phase === 'parked') this.#absence.isOver();
    this.#phase = phase;
    // An upgrade that was not posted here was adopted.
    if (phase === 'waiting' && !['upgrading', 'waiting'].includes(this.#unparked)) this.#posted += 1;
    if (phase !== 'parked') this.#unparked = phase;
    this.#put(event, { event: 'phase', phase });
  }

  #begin(event: Of<'scheduled'>): void {
    const input = valueOf(event.input);
    const maxRounds = property(property(input, 'policy'), 'maxRounds');
    if (typeof maxRounds === 'number') this.#maxRounds = maxRounds;
    const action = actionOf(event.activity, input);
    if (action === null) return;
    const round = roundOf(input);
    if (action === 'upgrade') this.#posted = round ?? this.#posted;
    this.#begun.set(event.id, { action, round, attempts: 1 });
    const images = action === 'upgrade' ? postedImages(input) : {};
    this.#put(event, { event: 'rancher', step: 'begun', action, round, images }, event.input);
  }

  #answer(event: Of<'answered'>): void {
    const begun = this.#begun.get(event.scheduledId);
    if (begun === undefined) return;
    const { how, result, said, failureType: failure, identity } = event;
    const outcome =
      how === 'completed' ? (textOrNull(property(valueOf(result), 'outcome')) ?? 'completed') : UNANSWERED[how];
    const { action, round, attempts } = begun;
    this.#put(
      event,
      {
        event: 'rancher',
        step: 'answered',
        ...{ action, round, outcome, failure, said, attempts, identity },
        begun: this.idOf(event.scheduledId),
      },
      result,
    );
  }

  #message(event: Of<'update' | 'signal' | 'admitted'>): void {
    const { name, input, identity } = event;
    const how = event.type === 'signal' ? 'signal' : 'update';
    const given = valueOf(input);
    const by = textOrNull(property(given, 'by')) ?? textOrNull(given);
    const common = {
      event: 'intervention' as const,
      name,
      how,
      by,
      why: textOrNull(property(given, 'why')),
      identity,
    } as const;
    const put = (outcome: Intervened['outcome'], meaning: string): void =>
      this.#put(event, { ...common, outcome, meaning, phase: this.#phase }, input);
    const kind = INTERVENTION_NAMES.find((one) => one === name);
    if (kind === undefined) {
      const place = {
        finishSent: this.#unparked === 'finishing',
        phase: this.#phase,
        deploymentId: this.#deploymentId,
      };
      const coordinated = coordinatedMeaning(name, input, place, this.#taken);
      if (coordinated === 'nobody') return;
      return put(coordinated?.outcome ?? 'ignored', coordinated?.meaning ?? 'Drover knows no such message');
    }
    // What a reset has put in again is taken, or refused, by an event of its own.
    if (event.type === 'admitted') return put('repeated', 'put in again by a reset');
    if (this.#isRepeated(kind, given)) return put('repeated', 'the same message came before');
    const isAway = how === 'update' ? this.#absence.wasAway : this.#absence.isAway;
    const { accepted, meaning } = meaningOf(kind, this.#phase, this.#unparked === 'finishing', {
      ...{ isAway, releaseId: this.#releaseId },
      rounds: this.#rounds,
    });
    // An update that is refused leaves nothing in the history.
    return put(accepted || how === 'update' ? 'taken' : 'refused', meaning);
  }

  get #rounds(): Rounds | null {
    return this.#maxRounds === null ? null : { posted: this.#posted, limit: this.#maxRounds };
  }

  #isRepeated(kind: InterventionKind, given: unknown): boolean {
    const id = textOrNull(property(given, 'id'));
    if (id === null) return false;
    const key = `${kind} ${id}`;
    if (this.#taken.has(key)) return true;
    this.#taken.add(key);
    return false;
  }

  #cancel(event: Of<'cancel-requested'>): void {
    const isTooLate = this.#unparked === 'finishing';
    const meaning = isTooLate ? NO_WAY_BACK : 'restores the former configuration, proves it, and ends';
    const outcome = isTooLate ? 'refused' : 'taken';
    this.#put(event, this.#inTemporal('cancel', event.cause, event.identity, outcome, meaning));
  }

  #end(event: Of<'ended'>): void {
    if (event.how === 'terminated') {
      const meaning =
        event.identity === RESETTER
          ? 'ended by a reset, which goes on as another run; Temporal does not keep who asked for it'
          : 'ended at once; nothing was tidied up';
      this.#put(event, this.#inTemporal('terminate', event.reason, event.identity, 'taken', meaning));
    }
    // One event, two entries: the second needs an id of its own.
    this.#append(`${this.idOf(event.id)}/verdict`, event.at, overOf(event), [event.result]);
  }

  #inTemporal(
    name: Intervened['name'],
    why: string,
    identity: string,
    outcome: Intervened['outcome'],
    meaning: string,
  ): Intervened {
    const phase = this.#phase;
    return {
      event: 'intervention',
      name,
      how: 'Temporal',
      by: null,
      why: textOrNull(why),
      identity,
      outcome,
      meaning,
      phase,
    };
  }
}
