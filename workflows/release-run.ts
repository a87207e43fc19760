import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { condition, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { InterventionKind } from '../decision/intervention';
import { INTERVENTION_NAMES } from '../decision/intervention';
import type { Ticket } from '../decision/lane';
import { imagesOf } from '../decision/lane';
import type { ReleaseGate, ReleaseGateProgress } from '../decision/release-gate';
import type { ReleaseMeaning } from '../decision/release-intervention';
import { releaseMeaningOf } from '../decision/release-intervention';
import type { ReleaseRequest } from '../decision/release';
import type { PartEnd, Recall, ReleaseEnd } from '../decision/release-verdict';
import { isGood } from '../decision/release-verdict';
import type { Acknowledgement, Intervention } from './contract';
import { authorOf, messageOf, whyNewerMessage } from './interventions';
import { releaseQuery, reportSignal } from './messages';
import type {
  Decision,
  ParticipantProgress,
  ParticipantReport,
  ParticipantState,
  ReleaseEvent,
  ReleasePhase,
  ReleaseProgress,
  ReleaseResult,
} from './release-contract';
import { releaseDetails } from './release-details';
import { shortSummary } from './summaries';

const PHASE_KEY = defineSearchAttributeKey('DroverPhase', SearchAttributeType.KEYWORD);
const VERDICT_KEY = defineSearchAttributeKey('DroverVerdict', SearchAttributeType.KEYWORD);
/** Lines of the logbook that are kept. */
const LOG_LIMIT = 200;

/** One service of a release, and where it is. */
export interface Part {
  readonly key: string;
  readonly ticket: Ticket;
  readonly dependsOn: readonly string[];
  /** From 1 on. */
  readonly wave: number;
  state: ParticipantState;
  since: number;
  /** Its deployment's, once it is over. */
  verdict: PartEnd['verdict'];
  reason: string | null;
  /** Its deployment runs, or ran. */
  hasBegun: boolean;
  /** The look at the gates that it answered last; -1: none. */
  look: number;
  needsPerson: boolean;
  /** Where it was when it parked; absent where it is not parked. */
  parkedFrom?: ParticipantState;
}

/** A release in progress: where its services are, what people asked of it, and its logbook. */
export class ReleaseRun {
  readonly startedAt = Date.now();
  phase: ReleasePhase = 'checking';
  #phaseSince = Date.now();
  readonly parts: readonly Part[];
  decision: Decision | null = null;
  /** Why it goes back though nothing failed. */
  recall: Recall | null = null;
  /** The first service that failed. */
  failed: Part | null = null;
  /** What a gate of the release itself said in vain; null where none failed. */
  gateFailed: string | null = null;
  #gates: ReleaseGateProgress[];
  confirmedBy: string | null = null;
  #attention: { readonly text: string; readonly until: number } | null = null;
  #events: ReleaseEvent[] = [];
  #eventCount = 0;
  #changes = 0;
  #result: ReleaseResult | null = null;

  constructor(
    readonly request: ReleaseRequest,
    waves: readonly (readonly Ticket[])[],
    private readonly retryParked: (part: Part, by: Intervention) => void,
  ) {
    const dependencies = new Map(request.services.map((one) => [keyOf(one), one.dependsOn]));
    this.parts = waves.flatMap((wave, index) =>
      wave.map((ticket) => {
        const key = keyOf(ticket.request);
        return {
          ...{ key, ticket, dependsOn: dependencies.get(key) ?? [], wave: index + 1 },
          ...({ state: 'waiting', since: this.startedAt, verdict: null, reason: null } as const),
          ...{ hasBegun: false, look: -1, needsPerson: false },
        };
      }),
    );
    this.#gates = request.gates.map(({ name, environment, asks }) => ({
      ...({ name, environment, asks, state: 'waiting', why: null } as const),
    }));
    setHandler(releaseQuery, () => this.progress(), { description: 'Where the release and each of its services is' });
    setHandler(reportSignal, (report) => this.#hear(report), { description: 'From a deployment of this release' });
    for (const kind of INTERVENTION_NAMES) this.#listen(kind);
    const { name, author } = request;
    this.note(
      'info',
      `${author.by} asked for ${name ?? 'a release'} of ${this.parts.length} services${author.why === undefined ? '' : `: ${author.why}`}`,
    );
  }

  enter(phase: ReleasePhase, text: string): void {
    if (phase !== this.phase) {
      this.phase = phase;
      this.#phaseSince = Date.now();
      upsertSearchAttributes([{ key: PHASE_KEY, value: phase }]);
    }
    this.note('info', text);
  }

  note(level: ReleaseEvent['level'], text: string): void {
    this.#events = [...this.#events, { at: Date.now(), level, phase: this.phase, text }].slice(-LOG_LIMIT);
    this.#eventCount += 1;
    this.#describe();
  }

  /** A service moves on. */
  move(part: Part, state: ParticipantState): void {
    if (part.state === state) return;
    part.state = state;
    part.since = Date.now();
    this.#changed();
  }

  /** A service whose deployment is over, or that is left alone. */
  settle(part: Part, verdict: PartEnd['verdict'], reason: string | null): void {
    part.verdict = verdict;
    part.reason = reason;
    this.move(part, verdict === null || verdict === 'unchanged' ? 'left-alone' : 'done');
    this.#changed();
  }

  /** A gate of the release says something, or does not matter any more. */
  judge({ name }: ReleaseGate, state: ReleaseGateProgress['state'], why: string | null): void {
    this.#gates = this.#gates.map((gate) => (gate.name === name ? { ...gate, state, why } : gate));
    this.#changed();
  }

  /** Its deployment is not there any more, and did not say how it ended. */
  lose(part: Part): void {
    this.#ended(part, 'interfered', 'somebody ended its workflow in Temporal');
  }

  get isOver(): boolean {
    return this.#result !== null;
  }

  /** It waits for a person; null: for nobody, any more. */
  needPerson(attention: { readonly text: string; readonly until: number } | null): void {
    this.#attention = attention;
    this.#changed();
  }

  /** Waits until it is so, or for so long, milliseconds. @returns whether it is so */
  until(met: () => boolean, limitMillis: number, summary: string): Promise<boolean> {
    return condition(met, Math.max(1, Math.round(limitMillis)), { summary: shortSummary(summary) });
  }

  /** How much has changed so far: what waits for anything new looks at it. */
  get changes(): number {
    return this.#changes;
  }

  /** Whoever waits looks again. */
  wake(): void {
    this.#changed();
  }

  end({ verdict, reason, nextStep }: ReleaseEnd): ReleaseResult {
    this.phase = 'done';
    this.#phaseSince = Date.now();
    this.#attention = null;
    this.#result = {
      ...{ verdict, reason, nextStep },
      releaseId: this.request.releaseId,
      requestId: this.request.requestId,
      decision: this.decision,
      participants: this.parts.map(seenFromOutside),
      gates: this.#gates,
      startedAt: this.startedAt,
      endedAt: Date.now(),
      requestedBy: this.request.author.by,
    };
    this.note(isGood({ verdict }) ? 'info' : 'error', `${verdict}: ${reason}`);
    upsertSearchAttributes([
      { key: PHASE_KEY, value: 'done' },
      { key: VERDICT_KEY, value: verdict },
    ]);
    return this.#result;
  }

  progress(): ReleaseProgress {
    const { request } = this;
    return {
      releaseId: request.releaseId,
      requestId: request.requestId,
      name: request.name ?? null,
      requestedBy: request.author.by,
      requestedWhy: request.author.why ?? null,
      phase: this.phase,
      phaseSince: this.#phaseSince,
      startedAt: this.startedAt,
      participants: this.parts.map(seenFromOutside),
      gates: this.#gates,
      decision: this.decision,
      attention: this.#attention?.text ?? null,
      attentionUntil: this.#attention?.until ?? null,
      events: this.#events,
      eventCount: this.#eventCount,
      next: NEXT[this.phase],
      result: this.#result,
    };
  }

  #hear(report: ParticipantReport): void {
    const part = this.parts.find(({ ticket }) => ticket.request.deploymentId === report.deploymentId);
    if (part === undefined || part.verdict !== null) return;
    const name = nameOf(part);
    // After a reset it may come before its deployment is asked for: it runs since before.
    const isAsked = part.state === 'asked' || part.state === 'waiting';
    switch (report.state) {
      case 'began':
        part.hasBegun = true;
        if (isAsked) this.move(part, 'upgrading');
        break;
      case 'verified':
        part.look = report.look;
        part.needsPerson = report.needsPerson;
        if (part.state === 'upgrading' || isAsked) {
          part.hasBegun = true;
          this.move(part, 'verified');
          this.note('info', `${name} is upgraded and verified`);
        }
        break;
      case 'parked':
        part.reason = report.reason;
        this.note('error', `${name} is parked: ${report.reason}`);
        part.parkedFrom ??= part.state;
        this.move(part, 'parked');
        break;
      case 'goes-on':
        part.reason = null;
        if (part.parkedFrom !== undefined) this.move(part, part.parkedFrom);
        delete part.parkedFrom;
        break;
      case 'ended':
        this.#ended(part, report.verdict, report.reason);
        break;
      default:
        break;
    }
    this.#changed();
  }

  #ended(part: Part, verdict: NonNullable<PartEnd['verdict']>, reason: string): void {
    part.hasBegun = true;
    this.settle(part, verdict, reason);
    const isBad = !isGood(part);
    if (isBad && this.decision === null && this.recall === null) this.failed ??= part;
    this.note(isBad ? 'error' : 'info', `${nameOf(part)}: ${verdict}: ${reason}`);
  }

  #listen(kind: InterventionKind): void {
    const { signal, update, description } = messageOf(kind);
    const meaning = (input: Intervention | undefined): ReleaseMeaning => {
      const newer = whyNewerMessage(input);
      if (newer !== null) return { accepted: false, meaning: newer };
      const isParked = this.parts.some(({ state }) => state === 'parked');
      return releaseMeaningOf(kind, this.phase, this.decision, isParked);
    };
    const take = (input: Intervention | undefined): string => {
      const { by, why } = authorOf(input);
      const said = `${kind} by ${by}${why === null ? '' : ` (${why})`}`;
      const { accepted, meaning: text } = meaning(input);
      this.note('warning', accepted ? `${said}: ${text}` : `${said} is refused: ${text}`);
      if (accepted) this.#take(kind, by, said, input ?? {});
      return text;
    };
    setHandler(signal, (input) => void take(input), { description });
    setHandler<Acknowledgement, [Intervention?], typeof update>(
      update,
      (input) => ({ phase: this.phase, meaning: take(input) }),
      {
        description,
        validator: (input) => {
          const { accepted, meaning: text } = meaning(input);
          if (!accepted) throw new Error(`${kind} is refused in phase ${this.phase}: ${text}`);
        },
      },
    );
  }

  #take(kind: InterventionKind, by: string, said: string, input: Intervention): void {
    if (kind === 'confirm') this.confirmedBy = by;
    else if (kind === 'retry') {
      for (const part of this.parts) if (part.state === 'parked') this.retryParked(part, input);
    } else this.recall ??= { kind: kind === 'cancel' ? 'cancelled' : 'rolled-back', said };
    this.#changed();
  }

  #changed(): void {
    this.#changes += 1;
    this.#describe();
  }

  #describe(): void {
    setCurrentDetails(releaseDetails(this.progress()));
  }
}

const NEXT: Readonly<Record<ReleasePhase, string>> = {
  checking: 'look at each service, before the first is touched',
  upgrading: 'wait until all are upgraded and verified; `cancel` takes all of them back',
  confirming: 'a person decides: `confirm` finishes all of them, `rollback` takes all back',
  deciding: 'read the gates of all once more, and record the decision',
  finishing: 'finish them in their order; there is no way back from here',
  'rolling-back': 'take them back in the reverse order',
  done: 'nothing',
};

/** As people call it. */
export function nameOf({ ticket: { request } }: Pick<Part, 'ticket'>): string {
  return `${request.stack}/${request.service} in ${request.environment}`;
}

export function keyOf(target: { environment: string; stack: string; service: string }): string {
  return `${target.environment}/${target.stack}/${target.service}`;
}

function seenFromOutside({ key, ticket: { request }, wave, state, since, verdict, reason }: Part): ParticipantProgress {
  const { environment, stack, service, deploymentId, requestId } = request;
  return {
    ...{ key, environment, stack, service, images: imagesOf(request), wave },
    ...{ deploymentId, requestId, state, since, verdict, reason },
  };
}
