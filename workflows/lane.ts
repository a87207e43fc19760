import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  patched,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import type { Holder, Ticket } from '../decision/lane';
import { enterLane, imagesOf, supersededBy, withdrawnBy } from '../decision/lane';
import { targetText } from '../decision/target-text';
import { isRecord, isWhole, whyNoForm, whyNoRequest } from '../decision/why-no-request';
import type { LaneAnswer, LaneMember, LanePlace, LaneView, LeftLane, NeverRan } from './lane-contract';
import { workflowIdOf } from './contract';
import { recordIdOf } from './lane-contract';
import { authorOf } from './interventions';
import { enterSignal, enterUpdate, laneQuery, leaveSignal, leaveUpdate, supersedeSignal } from './messages';
import { isVersioned } from './is-versioned';
import { readDeployment, readRunning } from './lane-steps/read-deployment';
import { reportTo } from './release-link';
import { startDeployment } from './start-deployment';
import { tellEnded, wasTerminated } from './tell-ended';
import type { upgradeService } from './upgrade-service';

/** The service whose lane it is. */
export interface LaneTarget {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
}

/** What a lane hands to the next run of itself. */
export interface LaneBaggage {
  readonly waiting: readonly Queued[];
  readonly places: readonly (readonly [string, Remembered])[];
}

/** What became of a request, and the digest of what it asked. */
interface Remembered {
  readonly place: LanePlace;
  readonly digest: string;
}

/** A ticket, and when it began to wait; milliseconds since the epoch. */
interface Queued {
  readonly ticket: Ticket;
  readonly since: number;
  /** Nobody waits for an answer: what becomes of it is only told by its deployment, or the record of it. */
  readonly isUnasked: boolean;
}

/** How often it is tried to start while a deployment runs that this lane does not know, milliseconds: soon at first, then ever more rarely. */
const FIRST_LOOK_MILLIS = 2_000;
const LONGEST_LOOK_MILLIS = 30_000;
/** How long a lane waits for whoever made it, milliseconds. */
const FIRST_ARRIVAL_MILLIS = 10_000;
/** Lanes of which the history has it look twice before they send somebody away. */
const HEARS_THE_WHOLE_TASK = 'lane-hears-the-whole-task';
/** Requests of which is remembered what became of them. */
const REMEMBERED = 50;

/**
 * Lets one deployment of a service run at a time. It is the queue and the lock in one, and a workflow: whatever is killed, it goes on, and
 * where somebody terminates it, the deployment goes on without it and the next request makes a new lane. It ends when nobody is in it.
 */
export async function lane(target: LaneTarget, baggage?: LaneBaggage): Promise<void> {
  const state = new Lane(target, baggage);
  // A lane holds others up: Temporal's own cancellation has no meaning for it but to end when it is empty, which it does anyway.
  await CancellationScope.nonCancellable(() => state.run());
}

// A busy lane may not end for months, and every deployment of its service comes from it: it goes on with the code of the current build, so changes to it have to
// replay what ran before (`docs/decisions/0010-workers-have-versions.md`). All other workflows stay on the build that they began on.
if (isVersioned) setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, lane);

class Lane {
  #holder: { readonly ticket: Ticket; readonly since: number } | null = null;
  /** A deployment runs that this lane did not start. */
  #isTaken = false;
  #waiting: Queued[];
  readonly #places: Map<string, Remembered>;
  /** How often anything changed: what waits for a change looks at it. */
  #changes = 0;

  constructor(
    private readonly target: LaneTarget,
    baggage?: LaneBaggage,
  ) {
    this.#waiting = [...(baggage?.waiting ?? [])];
    this.#places = new Map(baggage?.places);
    setHandler(laneQuery, () => this.view(), { description: 'Who has the service, and who waits for it' });
    setHandler(enterSignal, (ticket) => this.enterUnasked(ticket), { description: 'A request, from a release' });
    setHandler(enterUpdate, (ticket) => this.enter(ticket), {
      description: 'A request at the door',
      validator: (ticket: Ticket) => this.#require(ticket),
    });
    setHandler(
      leaveSignal,
      async (requestId, by) => {
        await this.leave(requestId, by);
      },
      {
        description: 'A request that is to wait no longer, from a release',
      },
    );
    setHandler(leaveUpdate, (requestId, intervention) => this.leave(requestId, intervention), {
      description: 'A request that is to wait no longer',
    });
  }

  async run(): Promise<void> {
    // Whoever made it comes with the same task.
    await condition(() => this.#waiting.length > 0, FIRST_ARRIVAL_MILLIS);
    for (;;) {
      this.#describe();
      await condition(() => this.#waiting.length > 0 || allHandlersFinished());
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.shift();
      const running = await this.#start(next);
      if (running !== null) {
        this.#describe();
        // However it ended: its verdict is in its own history.
        const terminated = await running.result().then(() => false, wasTerminated);
        if (terminated) await tellEnded(next.ticket.request, running.firstExecutionRunId);
        this.#holder = null;
      }
      if (workflowInfo().continueAsNewSuggested && this.#waiting.length > 0) await this.#continueAsNew();
    }
  }

  /** A request at the door, of somebody who waits for the answer. */
  async enter(ticket: Ticket): Promise<LaneAnswer> {
    const { requestId } = ticket.request;
    let entering = this.#admit(ticket, false);
    if (looksAgain(entering)) {
      await wholeTask();
      entering = this.#admit(ticket, false);
    }
    if (entering.do === 'refuse') return { how: 'busy' };
    if (entering.do === 'follow') {
      const followed = this.#holder?.ticket;
      if (followed === undefined) return { how: 'follow' };
      await condition(() => this.#isSettled(followed));
      return this.#answer('attached', followed);
    }
    if (entering.do === 'invalid') {
      const { request } = entering.other;
      return { how: 'other-content', request, since: this.#sinceOf(request.requestId) };
    }
    const member = entering.do === 'attach' ? entering.to : ticket;
    // What is next is started before it is answered: its run is known then, or that somebody else has the service.
    await condition(() => this.#isSettled(member));
    const hasToGo = ticket.whenBusy === 'reject' || ticket.whenBusy === 'attach';
    if (this.#isTaken && entering.do === 'wait' && hasToGo && this.#take(requestId) !== undefined)
      return { how: ticket.whenBusy === 'attach' ? 'follow' : 'busy' };
    return this.#answer(entering.do === 'attach' ? 'attached' : 'started', member);
  }

  /** A request of a release: what becomes of it, its deployment tells, or the record of it. */
  async enterUnasked(ticket: Ticket): Promise<void> {
    const whyNot = this.#whyNot(ticket);
    if (whyNot !== null) {
      // Nobody waits for an answer: where it can be written down, whoever asked finds the record of it.
      if (this.#isOfHere(ticket) && whyNoForm(ticket.request) === null) await this.#refuse(ticket, whyNot);
      return;
    }
    let entering = this.#admit(ticket, true);
    if (looksAgain(entering)) {
      await wholeTask();
      entering = this.#admit(ticket, true);
    }
    if (entering.do === 'attach' || entering.do === 'wait') return;
    const why =
      entering.do === 'invalid'
        ? `the request ${ticket.request.requestId} was made before, with another content`
        : this.#busyText();
    await this.#refuse(ticket, why);
  }

  async #refuse(ticket: Ticket, reason: string): Promise<void> {
    await this.#record(ticket, {
      verdict: 'refused',
      reason: `${reason}; nothing was changed`,
      nextStep: 'Wait for it, or ask to be queued or to supersede (--when-busy).',
    });
  }

  #busyText(): string {
    const where = targetText(this.target);
    if (this.#holder === null) return `${where} is busy: another deployment runs there`;
    const { request } = this.#holder.ticket;
    return `${where} is busy: ${request.author.by} deploys ${imagesOf(request)} there (request ${request.requestId})`;
  }

  /** A request that waits is taken out. */
  async leave(requestId: string, intervention: unknown): Promise<LeftLane> {
    const taken = this.#take(requestId);
    if (taken === undefined) return { left: false };
    const { by, why } = authorOf(intervention);
    await this.#record(taken, {
      verdict: 'cancelled',
      reason: `${withdrawnBy({ by, ...(why === null ? {} : { why }) })} while it waited for its turn; nothing was changed`,
      nextStep: '',
    });
    return { left: true };
  }

  view(): LaneView {
    const places = [
      ...[...this.#places].map(([id, { place }]) => [id, place] as const),
      ...this.#inQueue.map(({ ticket }) => [ticket.request.requestId, this.#placeOf(ticket)] as const),
    ];
    return {
      holder: this.#isTaken ? 'unknown' : this.#holder === null ? null : memberOf(this.#holder),
      waiting: this.#inQueue.map(memberOf),
      places: Object.fromEntries(places.filter((entry): entry is [string, LanePlace] => entry[1] !== undefined)),
    };
  }

  /** Those that wait; the one that just tries whether the service is free waits too, as long as another deployment runs. */
  get #inQueue(): readonly { readonly ticket: Ticket; readonly since: number }[] {
    return [...(this.#isTaken && this.#holder !== null ? [this.#holder] : []), ...this.#waiting];
  }

  #admit(ticket: Ticket, isUnasked: boolean): ReturnType<typeof enterLane> {
    // A request may come twice, the second time when it is over: whoever brought it had no answer in time. It does not run again.
    if (this.#places.get(ticket.request.requestId)?.digest === ticket.digest) return { do: 'attach', to: ticket };
    const holder: Holder | null = this.#holder?.ticket ?? (this.#isTaken ? 'unknown' : null);
    const since = this.#sinceWhen(ticket);
    const entering = enterLane(
      holder,
      this.#waiting.map(({ ticket: waiting }) => waiting),
      this.#isOvertaken(ticket, since) ? { ...ticket, whenBusy: 'queue' } : ticket,
    );
    if (entering.do !== 'wait') return entering;
    const before = new Map(this.#waiting.map((queued) => [queued.ticket, queued]));
    this.#waiting = entering.waiting
      .map((one) => before.get(one) ?? { ticket, since, isUnasked })
      // Those that waited in a lane before this one come in any order, and keep the one that they had.
      .sort(bySince);
    for (const gone of entering.superseded) void this.#supersedeWaiting(gone, ticket);
    if (entering.supersedesHolder) void this.#supersedeHolder(ticket);
    this.#changed();
    return entering;
  }

  /** Those that come at the same moment wait since different ones: a lane after this one knows their order by that alone. */
  #sinceWhen(ticket: Ticket): number {
    const since = sinceOf(ticket);
    if (ticket.since !== undefined) return since;
    return Math.max(since, ...this.#waiting.map((one) => one.since + 1));
  }

  /** It comes from a lane before this one, and others asked meanwhile: it has told whoever ran then to give way, and tells nobody else. */
  #isOvertaken({ whenBusy, since: told }: Ticket, since: number): boolean {
    if (whenBusy !== 'supersede' || told === undefined) return false;
    return (this.#holder !== null && this.#holder.since > since) || this.#waiting.some((one) => one.since > since);
  }

  async #start(queued: Queued): Promise<ChildWorkflowHandle<typeof upgradeService> | null> {
    const { ticket } = queued;
    const { environment, stack, service } = ticket.request;
    this.#holder = { ticket, since: Date.now() };
    if (queued.isUnasked && (await this.#ranBefore(ticket))) {
      this.#holder = null;
      return null;
    }
    let pause = FIRST_LOOK_MILLIS;
    let hasAsked = this.#isTaken;
    for (;;) {
      try {
        const child = await startDeployment(ticket);
        this.#isTaken = false;
        this.#holder = { ticket, since: Date.now() };
        this.#remember(ticket, {
          at: 'running',
          workflowId: workflowIdOf(environment, stack, service),
          runId: child.firstExecutionRunId,
        });
        return child;
      } catch (error) {
        this.#holder = null;
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      // Of a lane that is no more, or of a reset: it is waited for like any other.
      this.#isTaken = true;
      if (queued.isUnasked && ticket.whenBusy === 'reject') {
        await this.#refuse(ticket, this.#busyText());
        return null;
      }
      this.#waiting = [queued, ...this.#waiting].sort(bySince);
      this.#changed();
      if (ticket.whenBusy === 'supersede' && !hasAsked) hasAsked = await this.#supersedeHolder(ticket);
      const seen = this.#changes;
      await condition(() => this.#changes !== seen, pause, { summary: 'wait for the deployment that runs' });
      pause = Math.min(LONGEST_LOOK_MILLIS, pause * 2);
      if (this.#waiting[0]?.ticket !== ticket) return null;
      this.#waiting.shift();
      this.#holder = { ticket, since: queued.since };
    }
  }

  async #supersedeWaiting(gone: Ticket, by: Ticket): Promise<void> {
    await this.#record(gone, {
      verdict: 'superseded',
      reason: `${supersededBy(by)}, while this one waited for its turn; nothing was changed`,
      nextStep: '',
    });
  }

  /**
   * Whether the request of a release ran before, in a lane before this one: the release was reset, and asks again. What became of it is told
   * to the release once more; it does not run twice.
   */
  async #ranBefore(ticket: Ticket): Promise<boolean> {
    const { request } = ticket;
    const before = await readDeployment(request);
    if (before === null) return false;
    if (before === 'not known') {
      await this.#refuse(ticket, 'Temporal does not tell whether it ran before');
      return true;
    }
    const { workflowId, runId } = before;
    this.#remember(ticket, before.is === 'running' ? { at: 'running', workflowId, runId } : { at: 'over', workflowId });
    if (before.is === 'over') {
      const { verdict, reason, nextStep } = before;
      await reportTo(request, { state: 'ended', verdict, reason, nextStep });
    } else await reportTo(request, { state: 'began', runId });
    return true;
  }

  /** @returns whether whoever has the service knows that it has to give way, or is over */
  async #supersedeHolder(by: Ticket): Promise<boolean> {
    const { environment, stack, service, requestId, author } = by.request;
    const superseded = this.#holder?.ticket;
    // What is just being started cannot be told yet.
    if (superseded !== undefined)
      await condition(() => this.#holder?.ticket !== superseded || this.#isSettled(superseded));
    // It ended meanwhile: who runs next, this very request maybe, is not to give way.
    if (superseded !== undefined && this.#holder?.ticket !== superseded && !this.#isTaken) return true;
    // Told to the one that is meant, by its name: it may end before it hears it, and another one, this very request maybe, run by then.
    const deploymentId = superseded?.request.deploymentId ?? (await readRunning(by.request));
    if (deploymentId === null) return true;
    if (deploymentId === 'not known') return false;
    try {
      await getExternalWorkflowHandle(workflowIdOf(environment, stack, service)).signal(supersedeSignal, {
        by: author.by,
        why: supersededBy(by),
        id: requestId,
        deploymentId,
      });
    } catch {
      // It is over by now: nothing has to give way.
    }
    return true;
  }

  async #record(ticket: Ticket, neverRan: NeverRan): Promise<void> {
    const { environment, stack, service, deploymentId } = ticket.request;
    // Before it is written: the same request may come again meanwhile, and must not be taken for another one.
    this.#remember(ticket, { at: 'over', workflowId: recordIdOf(environment, stack, service, deploymentId) });
    try {
      await startDeployment(ticket, neverRan);
    } catch (error) {
      // A lane before this one just writes it.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  #take(requestId: string): Ticket | undefined {
    const at = this.#waiting.findIndex(({ ticket }) => ticket.request.requestId === requestId);
    if (at < 0) return undefined;
    const [taken] = this.#waiting.splice(at, 1);
    this.#changed();
    return taken?.ticket;
  }

  #answer(how: 'started' | 'attached', { request }: Ticket): LaneAnswer {
    const { requestId, deploymentId } = request;
    const place = this.#places.get(requestId)?.place ?? { at: 'waiting', position: this.#positionOf(requestId) };
    return { how: place.at === 'waiting' && how === 'started' ? 'waits' : how, requestId, deploymentId, place };
  }

  #placeOf({ request }: Ticket): LanePlace | undefined {
    const position = this.#positionOf(request.requestId);
    if (position > 0) return { at: 'waiting', position };
    return this.#places.get(request.requestId)?.place;
  }

  #positionOf(requestId: string): number {
    return this.#inQueue.findIndex(({ ticket }) => ticket.request.requestId === requestId) + 1;
  }

  #sinceOf(requestId: string): number {
    const all = [...(this.#holder === null ? [] : [this.#holder]), ...this.#waiting];
    return all.find(({ ticket }) => ticket.request.requestId === requestId)?.since ?? Date.now();
  }

  /** It runs, or has to wait for somebody, or is over: it is not just about to be started. */
  #isSettled(member: Ticket): boolean {
    const place = this.#placeOf(member);
    if (place?.at !== 'waiting') return place !== undefined;
    return this.#isTaken || this.#holder !== null || place.position > 1;
  }

  #remember({ request: { requestId }, digest }: Ticket, place: LanePlace): void {
    this.#places.delete(requestId);
    this.#places.set(requestId, { place, digest });
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= REMEMBERED) break;
      this.#places.delete(oldest);
    }
    this.#changed();
  }

  #changed(): void {
    this.#changes += 1;
    // Whether it still runs is only known to those who try to start.
    if (this.#waiting.length === 0) this.#isTaken = false;
    this.#describe();
  }

  #require(ticket: Ticket): void {
    const why = this.#whyNot(ticket);
    if (why !== null) throw new Error(`Nothing was started: ${why}.`);
  }

  #whyNot(ticket: Ticket): string | null {
    if (typeof ticket !== 'object' || ticket === null) return 'it is no request';
    const why = whyNoRequest(ticket.request);
    if (why !== null) return why;
    if (ticket.since !== undefined && !isWhole(ticket.since, 0)) return '"since" is no whole number';
    return this.#isOfHere(ticket) ? null : `this is the lane of ${targetText(this.target)}`;
  }

  #isOfHere({ request }: Ticket): boolean {
    if (!isRecord(request)) return false;
    const { environment, stack, service } = this.target;
    return environment === request.environment && stack === request.stack && service === request.service;
  }

  async #continueAsNew(): Promise<void> {
    await condition(allHandlersFinished);
    await continueAsNew<typeof lane>(this.target, { waiting: this.#waiting, places: [...this.#places] });
  }

  #describe(): void {
    const who =
      this.#holder === null || this.#isTaken
        ? this.#isTaken
          ? 'a deployment that this lane did not start'
          : 'nobody'
        : lineOf(this.#holder);
    const waiting = this.#inQueue.map((one, index) => `${index + 1}. ${lineOf(one)}`);
    setCurrentDetails(
      [
        `**Has the service:** ${who}`,
        '',
        ...(waiting.length === 0 ? ['Nobody waits.'] : ['**Waiting:**', '', ...waiting]),
      ].join('\n'),
    );
  }
}

/**
 * Nobody is sent away for a deployment that is over: where no worker answered for a while, Temporal tells in one task of the request first and of
 * the end that was before it after that. Asked only where somebody would be sent away, and in the same moment: all else replays as it was.
 */
function looksAgain(entering: ReturnType<typeof enterLane>): boolean {
  return (entering.do === 'refuse' || entering.do === 'follow') && patched(HEARS_THE_WHOLE_TASK);
}

/** All that comes with the task that is worked on has been heard, and whoever waited for it has gone on. */
async function wholeTask(): Promise<void> {
  // The parts of a task are handed over one after the other, and conditions are looked at after each: no promise goes on before the last of them.
  await Promise.resolve();
  // From here on conditions are looked at when no promise can go on any more. The first look is that of the call itself.
  let looks = 0;
  await condition(() => (looks += 1) > 1);
}

const bySince = (one: Queued, other: Queued): number => one.since - other.since;

/** Since when it waits: nobody waits since tomorrow. */
function sinceOf({ since }: Ticket): number {
  return Math.min(since ?? Date.now(), Date.now());
}

function memberOf({ ticket: { request }, since }: { readonly ticket: Ticket; readonly since: number }): LaneMember {
  const { requestId, deploymentId, author } = request;
  return { requestId, deploymentId, images: imagesOf(request), requestedBy: author.by, since };
}

function lineOf({ ticket: { request } }: { readonly ticket: Ticket }): string {
  return `${imagesOf(request)}, by ${request.author.by} (request ${request.requestId})`.replaceAll(
    /[`*_<>[\]\\|]/g,
    '\\$&',
  );
}
