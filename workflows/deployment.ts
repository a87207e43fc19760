import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { condition, setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import type { About, PreparedUpgrade, Target } from '../activities/contract';
import type { AilingContainer, Diagnosis, ServiceLogLine } from '../decision/diagnosis';
import { graceMillis, isOverdue, isStuck } from '../decision/grace';
import type { InterventionKind, Rounds } from '../decision/intervention';
import { hasRoundLeft } from '../decision/intervention';
import type { Phase } from '../decision/phase';
import { calledConfig } from '../decision/proof';
import type { Policy } from '../decision/policy';
import type { ProgressClock } from '../decision/progress-clock';
import type { DeploymentRequest } from '../decision/request';
import type { Round } from '../decision/round';
import { hasVersions } from '../decision/round';
import type { InstanceTally, ServiceSnapshot } from '../decision/service-snapshot';
import { versionsOf } from '../decision/service-snapshot';
import { newContainersRun } from '../decision/tally-lines';
import { asWord, targetText } from '../decision/target-text';
import type { ActivityGroups } from './activity-options';
import { Announcer } from './announce';
import type { AttentionMemo, DeploymentResult, ImageChange, Nudge, PersonNeeded, ProgressEvent } from './contract';
import { askedText } from './asked-text';
import { detailsOf } from './details';
import { Ended, RestoreNeeded } from './endings';
import { listen } from './interventions';
import { seconds } from './seconds';
import { shortSummary } from './summaries';
import { Logbook } from './logbook';
import { nudgeSignal, progressQuery } from './messages';
import { measurePhase, measureVerdict } from './metrics';
import { isProgress, Nudges } from './nudges';
import type { Need } from './person-needed';
import { memoOf, memoOfEnd, personNeeded } from './person-needed';
import { progressOf, resultOf } from './progress-of';
import type { ReleaseOrder } from './release-contract';
import { reportTo } from './release-link';
import { Tries } from './tries';

const PHASE_KEY = defineSearchAttributeKey('DroverPhase', SearchAttributeType.KEYWORD);
const VERDICT_KEY = defineSearchAttributeKey('DroverVerdict', SearchAttributeType.KEYWORD);

/** A pause that lasted longer than planned by so much was an outage of the worker's, milliseconds. */
const LATE_MILLIS = 10_000;

/** What a resolved deployment knows of where it acts. */
export interface Resolved {
  readonly policy: Policy;
  readonly activities: ActivityGroups;
  readonly target: Target;
}

/**
 * One deployment in progress: what it knows, what people asked of it, and its logbook. The steps beside it (`steps/`) act on it.
 */
export class Deployment {
  readonly log: Logbook;
  /** Set once by the first steps. */
  resolved: Resolved | null = null;
  /** The policy, as soon as a worker of the environment told it. */
  knownPolicy: Policy | null = null;
  rancherUrl: string | null = null;
  images: readonly ImageChange[] = [];
  round: Round | null = null;
  roundsPosted = 0;
  /** The service was inactive before our upgrade: after a rollback it is deactivated again. */
  wasInactive = false;
  /** An action was sent and its answer is unknown: it may still be under way. */
  underWay = false;
  /** Something was sent to Rancher, or may have been. */
  touched = false;
  /** Somebody else's pending upgrade was rolled back or finished by us, and Rancher is still at it. */
  settlingOthers = false;
  /** What was done about somebody else's pending upgrade, for the verdict; null when nothing was. */
  settledOthers: string | null = null;
  /** What somebody else's pending upgrade was like when it was acted on without an answer; null where there is nothing to find out. */
  #unsettled: { readonly service: ServiceSnapshot; readonly settledBefore: string | null } | null = null;
  /** From here on there is no way back. */
  finishSent = false;
  restoring = false;
  /** What is restored, or was last, is restored for a `retry`. */
  restoresForRetry = false;
  /** Rancher did not answer when it was asked last, and is being waited for. */
  isAway = false;
  retryAsked = false;
  /** The look at the gates that its release asked for last. */
  lookAsked = 0;
  confirmedBy: string | null = null;
  /** The policy finished it, since nobody confirmed it in time. */
  unconfirmed = false;
  /** Time in `confirming` and `parked` does not count towards the absolute cap; milliseconds. */
  pausedMillis = 0;
  /** Time in `parked` alone, milliseconds. */
  parkedMillis = 0;
  /** Tells people who are not there. */
  readonly announcer = new Announcer();
  /** What was seen in Rancher's events since the last read. */
  readonly nudges = new Nudges();
  /** New containers of our upgrade that run, as last told. */
  toldRunning = 0;
  /** When that was told, milliseconds since the epoch. */
  toldRunningAt = 0;
  /** What was tried and did not lead on. */
  readonly tries = new Tries();
  /** What was wrong when it did not get on; null while it does. */
  diagnosis: Diagnosis | null = null;
  /** Rancher's own log about the service, as last read, the newest last. */
  serviceLog: readonly ServiceLogLine[] = [];
  /** What Rancher said last, less ids: told once. */
  toldMessage: string | null = null;
  result: DeploymentResult | null = null;
  /** What was computed for the first upgrade when the service was found; of no use once it was read again. */
  #prepared: { readonly service: ServiceSnapshot; readonly prepared: PreparedUpgrade } | null = null;
  #service: ServiceSnapshot | null = null;
  #waitsFor: readonly string[] = [];
  /** The containers of the last read that asked for them, and when that was. */
  #containers: { readonly instances: readonly InstanceTally[]; readonly readAt: number } | null = null;
  #restoreAsked: RestoreNeeded | null = null;
  /** What was asked for while the finish was on its way, and declined for that. */
  #declined: RestoreNeeded | null = null;
  #pokes = 0;
  /** How many of them had come when a pause ended last. */
  #heard = 0;
  #backSince: number | null = null;
  #lastTry = false;
  #person: PersonNeeded | null = null;

  constructor(readonly request: DeploymentRequest) {
    this.log = new Logbook(Date.now());
    listen(this);
    setHandler(nudgeSignal, (nudge) => this.#nudged(nudge), {
      description: 'From a worker: the service may have changed, so it is read now',
    });
    setHandler(progressQuery, () => progressOf(this), { description: 'Where the deployment is' });
    this.note(
      'info',
      `${request.author.by} asked for ${this.asked()}${request.author.why ? `: ${request.author.why}` : ''}`,
    );
    this.#describe();
  }

  /** A worker of the environment has answered: it exists, and is no mistyped name. */
  get isServed(): boolean {
    return this.knownPolicy !== null;
  }

  /** The service as last read. */
  get service(): ServiceSnapshot | null {
    return this.#service;
  }

  set service(service: ServiceSnapshot | null) {
    this.#service = service;
    if (service === null) this.#containers = null;
    else if (service.instances !== null) this.#containers = { instances: service.instances, readAt: Date.now() };
  }

  /** The service as it was found, and what would be posted for it, where that could be at once. */
  found(service: ServiceSnapshot, prepared: PreparedUpgrade | undefined): void {
    this.service = service;
    this.#prepared = prepared === undefined ? null : { service, prepared };
  }

  /** What was prepared when the service was found, if nothing was read or posted since. */
  takePrepared(): PreparedUpgrade | null {
    const found = this.#prepared;
    this.#prepared = null;
    return found !== null && found.service === this.#service ? found.prepared : null;
  }

  /** Its containers as last read, and when that was where the service was read since without them: not every read asks for them. */
  get containers(): { readonly instances: readonly InstanceTally[]; readonly readAt: number | null } {
    const { instances = [], readAt = null } = this.#containers ?? {};
    return { instances, readAt: this.#service?.instances === null ? readAt : null };
  }

  get phase(): Phase {
    return this.log.phase;
  }

  /** The resolved parts; a step that needs them runs after they are set. */
  get at(): Resolved {
    if (this.resolved === null) throw new TypeError('the deployment is not resolved yet');
    return this.resolved;
  }

  /** Our upgrade; a step that needs it runs after it was posted or adopted. */
  get ours(): Round {
    if (this.round === null) throw new TypeError('no upgrade of this deployment was posted yet');
    return this.round;
  }

  /** What every activity about the service is given. */
  get about(): About {
    return { target: this.at.target, request: this.request, policy: this.at.policy };
  }

  get policy(): Policy {
    return this.at.policy;
  }

  enter(phase: Phase, text?: string): void {
    const left = this.log.enter(phase, Date.now());
    if (left !== null) {
      measurePhase(this, left);
      upsertSearchAttributes([{ key: PHASE_KEY, value: phase }]);
    }
    if (text !== undefined) this.note('info', text);
    else if (left !== null) this.#describe();
  }

  note(level: ProgressEvent['level'], text: string): void {
    this.log.note(level, text, Date.now());
    this.#describe();
  }

  /** What keeps it in `verifying`, in words. */
  waitsOn(waitsFor: readonly string[]): void {
    if (waitsFor.join('\n') === this.#waitsFor.join('\n')) return;
    this.#waitsFor = waitsFor;
    this.#describe();
  }

  /** What keeps it in `verifying`; empty in all other phases. */
  get waitsFor(): readonly string[] {
    return this.phase === 'verifying' ? this.#waitsFor : [];
  }

  /** A read of the service, for whoever looks. */
  saw(service: ServiceSnapshot, serviceLog?: readonly ServiceLogLine[]): void {
    this.service = service;
    if (serviceLog !== undefined) this.serviceLog = serviceLog;
    this.#describe();
  }

  /** A container of our upgrade that fails: kept until something gets better, for Rancher takes it away and makes another one. */
  sawFailing({ state, message }: ServiceSnapshot, container: AilingContainer): void {
    // The same one again, by Rancher's words alone: what was seen of it before tells more.
    const before = this.diagnosis?.containers[0];
    const isKept = container.config === null && before !== undefined && before.config !== null;
    if (isKept) return;
    this.diagnosis = {
      ...{ at: Date.now(), state, message, containersLeftOut: 0, serviceLog: [] },
      containers: [container],
    };
  }

  /** What a rollback returns to: after somebody else's upgrade was settled it is another image than at first. */
  goesFrom({ configs }: ServiceSnapshot): void {
    const imageOf = (called: string): string | null | undefined =>
      configs.find(({ name }) => calledConfig(name) === called)?.image?.replace(/^docker:/, '');
    this.images = this.images.map((change) => ({ ...change, from: imageOf(change.config) ?? change.from }));
  }

  /** Rancher, or the worker, does not answer and is waited for; or it is there (again). */
  waitsForAnswer(isAway: boolean): void {
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    this.#describe();
  }

  /** Somebody else's pending upgrade was acted on (or was about to be), and there was no answer: the next read tells. */
  settledWithoutAnswer(service: ServiceSnapshot, what: string): void {
    this.#unsettled = { service, settledBefore: this.settledOthers };
    this.settledOthers = what;
  }

  /** It is as it was: nothing was done about it, and nothing is told of it. */
  findWhetherSettled(read: ServiceSnapshot): void {
    const before = this.#unsettled;
    this.#unsettled = null;
    const isAsBefore = before?.service.state === read.state && hasVersions(read, versionsOf(before.service));
    if (before !== null && isAsBefore) this.settledOthers = before.settledBefore;
  }

  /**
   * The absolute cap has passed (time spent waiting for people left out). After an outage it is not judged for as long as something gets
   * better within the stall limit: what came up meanwhile, or is about to, is not given up for a limit that passed while nobody was there.
   */
  get overdue(): boolean {
    return isOverdue(this.#elapsedMillis, this.policy.timeoutMillis, this.graceMillis);
  }

  /** Until the absolute cap is judged, milliseconds; negative after that. */
  get leftMillis(): number {
    return Math.max(this.policy.timeoutMillis - this.#elapsedMillis, this.graceMillis);
  }

  /** Time spent waiting for people left out. */
  get #elapsedMillis(): number {
    return Date.now() - this.log.startedAt - this.pausedMillis;
  }

  /** How long a limit that passed in an outage does not count yet, milliseconds; 0 where there was none lately. */
  get graceMillis(): number {
    return graceMillis(this.#backSince, Date.now(), this.policy.stallLimitMillis);
  }

  /** Nothing got better for as long as the limit. */
  isStuck(clock: ProgressClock, limitMillis: number): boolean {
    return isStuck(clock, limitMillis, this.graceMillis);
  }

  /** Rancher or the worker was away until now. */
  isBack(): void {
    this.#backSince = Date.now();
  }

  /** Something got better: what still is not judged after an outage gets as long again. */
  getsOn(): void {
    if (this.graceMillis > 0) this.isBack();
  }

  // ---- People -------------------------------------------------------------------------------------------------------

  take(kind: InterventionKind, author: { by: string; why: string | null }, meaning: string): void {
    const said = saidBy(kind, author);
    this.#pokes += 1;
    // Whatever is taken while it is parked makes it go on.
    if (this.phase === 'parked') {
      this.retryAsked = true;
      this.#lastTry = kind === 'cancel' || kind === 'rollback';
    }
    this.note('warning', `${said}: ${meaning}`);
    switch (kind) {
      case 'cancel':
        this.#askToRestore(new RestoreNeeded('cancelled', said, true));
        break;
      case 'rollback':
        this.#askToRestore(new RestoreNeeded('rolled-back', said, true));
        break;
      case 'retry':
        // Where Rancher is away it is asked again now, and that is all: nobody wants a good upgrade rolled back for that.
        this.retryAsked ||= !this.isAway;
        break;
      case 'confirm':
        this.confirmedBy = author.by;
        // It waits for nobody any more, also where Rancher is away and the gates cannot be read yet.
        this.needPerson(null);
        break;
      default:
        throw new TypeError(`unknown message ${String(kind satisfies never)}`);
    }
  }

  /** From a worker that sees Rancher's events. What runs is worth a line, and no read. */
  #nudged(nudge: unknown): void {
    if (!isProgress(nudge)) return this.nudges.take(nudge);
    if (this.phase !== 'waiting' || nudge.running <= this.toldRunning) return;
    this.toldRunning = nudge.running;
    this.toldRunningAt = Date.now();
    this.note('info', newContainersRun(nudge.running));
  }

  /**
   * Nothing of the finish was sent after all: there is a way back again, and who asked for it meanwhile, and was not told to his face that
   * it is refused, gets it.
   */
  finishWasNotSent(): void {
    this.finishSent = false;
    const declined = this.#declined;
    this.#declined = null;
    if (declined === null) return;
    this.note('warning', `${declined.reason} after all: the finish was not sent`);
    this.#askToRestore(declined);
  }

  decline(kind: InterventionKind, author: { by: string; why: string | null }, meaning: string): void {
    this.note('warning', `${saidBy(kind, author)} is refused: ${meaning}`);
    if (this.finishSent && (kind === 'cancel' || kind === 'rollback'))
      this.#declined ??= new RestoreNeeded(kind === 'cancel' ? 'cancelled' : 'rolled-back', saidBy(kind, author), true);
  }

  /** A newer deployment takes its place: restores like `cancel`, unless there is no way back; then that one waits. */
  giveWay({ by, why }: { by: string; why: string | null }, meant: string | null): void {
    // The one that was to give way is over, and its place is this one's.
    if (meant !== null && meant !== this.request.deploymentId) return;
    const said = why ?? `${by} asked for another deployment meanwhile`;
    if (this.finishSent) {
      this.#declined ??= new RestoreNeeded('superseded', said, true);
      return this.note('info', `${said}: it waits, for the finish was sent and there is no way back`);
    }
    this.#pokes += 1;
    if (this.phase === 'parked') {
      this.retryAsked = true;
      this.#lastTry = true;
    }
    this.note('warning', `${said}: restores the former configuration, and gives way`);
    this.#askToRestore(new RestoreNeeded('superseded', said, true));
  }

  /** Once the former configuration is back it goes on with another upgrade, unless somebody ends it. */
  get upgradesAgain(): boolean {
    return this.restoresForRetry && this.#restoreAsked === null && hasRoundLeft(this.rounds);
  }

  get rounds(): Rounds | null {
    return this.knownPolicy === null ? null : { posted: this.roundsPosted, limit: this.knownPolicy.maxRounds };
  }

  get releaseId(): string | null {
    return this.request.release?.releaseId ?? null;
  }

  /** What its release decided for all of its services, or asks. */
  obey(order: ReleaseOrder): void {
    const { release, deploymentId } = this.request;
    // The service may be another release's by now, or still.
    if (release === undefined || order.deploymentId !== deploymentId) return;
    this.#pokes += 1;
    if (order.do === 'look-again') this.lookAsked = order.look;
    else if (order.do === 'commit') {
      this.note('info', `the release ${release.releaseId} finishes: ${order.why}`);
      this.confirmedBy = order.by;
      this.needPerson(null);
    } else {
      const said = `the release ${release.releaseId} goes back: ${order.why}`;
      if (this.finishSent) return this.note('warning', `${said}; the finish was sent here: there is no way back`);
      this.note('warning', said);
      if (this.phase === 'parked') this.retryAsked = true;
      this.#askToRestore(new RestoreNeeded('rolled-back', said, true));
    }
  }

  /** Temporal's own cancellation (the CLI's, Temporal Web's button): restores like `cancel`, unless there is no way back. */
  cancelRequested(): void {
    const author = { by: 'a cancellation in Temporal', why: null };
    if (this.finishSent) this.decline('cancel', author, 'the finish was sent: there is no way back');
    else this.take('cancel', author, 'restores the former configuration, proves it, and ends');
  }

  /** Moves on to restoring when somebody asked for it and it still can be done. Called by every step between two waits. */
  throwIfRestoreAsked(): void {
    if (this.#restoreAsked !== null && !this.restoring && !this.finishSent) throw this.#restoreAsked;
  }

  /** What somebody asked for while the former configuration was being restored anyway. */
  get restoreAsked(): RestoreNeeded | null {
    return this.#restoreAsked;
  }

  /** Takes a `retry` that came since the last look. */
  takeRetry(): boolean {
    const asked = this.retryAsked;
    this.retryAsked = false;
    return asked;
  }

  /** How many interventions came so far: what waits end on. */
  get pokes(): number {
    return this.#pokes;
  }

  /**
   * A durable pause; an intervention ends it at once, also one that came since the pause before, and so does news of the service.
   *
   * @param what goes on after "wait 8 s", for whoever reads the history
   * @returns the news that came, null where none did
   */
  async pause(millis: number, what: string): Promise<Nudge['saw'] | null> {
    const due = Date.now() + millis;
    const summary = shortSummary(`wait ${seconds(Math.max(1000, millis))} ${what}`);
    const isWoken = (): boolean => this.#pokes !== this.#heard || this.nudges.wakes(this.service);
    if (!isWoken()) await condition(isWoken, Math.max(1, Math.round(millis)), { summary });
    this.#heard = this.#pokes;
    const news = this.nudges.heard();
    // Woken late: nobody was there to go on.
    if (Date.now() > due + LATE_MILLIS) this.isBack();
    return news;
  }

  /** A durable pause that nobody ends early: until a request that may still be under way cannot be any more. */
  async untilNothingIsUnderWay(): Promise<void> {
    await condition(() => false, this.policy.requestTimeoutMillis, {
      summary: 'wait until no request can be under way',
    });
    this.underWay = false;
  }

  /**
   * Stops and waits for a person. Returns when somebody asked to go on (or to restore).
   *
   * @param mend what to look at or to mend, in a sentence
   * @throws Ended with `needs-attention` when nobody came
   */
  async park(reason: string, mend: string): Promise<void> {
    if (this.#lastTry) throw this.#unmended(`${reason}; given up, as asked`);
    const before = this.phase;
    const waitedFor = this.#person;
    const since = Date.now();
    this.takeRetry();
    this.enter('parked');
    const until = since + this.policy.parkLimitMillis;
    this.needPerson({
      kind: 'parked',
      reason,
      mend,
      since,
      until,
      atExpiry: 'ends as `needs-attention`',
      tried: this.tries.list,
    });
    this.note('error', `parked: ${reason}`);
    await reportTo(this.request, { state: 'parked', reason });
    const came = await condition(() => this.retryAsked, this.policy.parkLimitMillis, {
      summary: 'parked: waits for a person',
    });
    this.pausedMillis += Date.now() - since;
    this.parkedMillis += Date.now() - since;
    if (!came) throw this.#unmended(`${reason}; nobody came`);
    this.takeRetry();
    // A held deployment that had to park waits for the same person as before.
    this.needPerson(waitedFor === null ? null : { ...waitedFor, until: waitedFor.until + Date.now() - since });
    this.enter(before, 'going on');
    await reportTo(this.request, { state: 'goes-on' });
  }

  /** Says why a person is needed, to whoever asks and to lists; null: nobody is, any more. */
  needPerson(need: Need | null): void {
    if (need === null && this.#person === null) return;
    this.#person = need === null ? null : personNeeded(need, this.request, this.finishSent, this.rancherUrl);
    this.#remember(this.#person === null ? null : memoOf(this.#person));
    // A release tells people itself.
    if (this.#person !== null && this.#person.kind !== 'release') this.#announceWait(this.#person);
    this.#describe();
  }

  /** It stays as it is: whatever is pending at the service is for a person, with or without Drover. */
  #unmended(reason: string): Ended {
    const target = targetText(this.request);
    const url = this.rancherUrl === null ? '' : ` (${this.rancherUrl})`;
    const state = this.service === null ? '' : `: it was ${this.service.state} when last read`;
    return new Ended(
      'needs-attention',
      reason,
      `Look at the service in Rancher${url}${state}. When it is mended, a new \`drover upgrade ${target} …\` settles what is pending; \`drover orphans ${asWord(this.request.environment)}\` shows what was left behind.`,
    );
  }

  #announceWait({ since, reason, mend, commands }: PersonNeeded): void {
    void this.announcer.announce(this, {
      ...{ event: 'waiting', at: since, verdict: null, reason, nextStep: mend },
      commands: commands.map(({ command }) => command),
    });
  }

  /** Policy in hand, those who want to know are told that it began. */
  begins(policy: Policy): void {
    this.knownPolicy = policy;
    const at = this.log.startedAt;
    void this.announcer.announce(this, { event: 'started', at, verdict: null, reason: '', nextStep: '', commands: [] });
  }

  #remember(attention: AttentionMemo | null): void {
    upsertMemo({ attention });
  }

  // ---- What others see -----------------------------------------------------------------------------------------------

  /** What was asked, in people's words. */
  asked(): string {
    return askedText(this.request);
  }

  get person(): PersonNeeded | null {
    return this.#person;
  }

  /** Closes the logbook with a verdict. */
  end(ended: Ended): DeploymentResult {
    const { log } = this;
    const now = Date.now();
    const left = log.enter('done', now);
    if (left !== null) measurePhase(this, left);
    measureVerdict(this, ended.verdict);
    log.note(
      ended.verdict === 'succeeded' || ended.verdict === 'unchanged' ? 'info' : 'error',
      `${ended.verdict}: ${ended.reason}`,
      now,
    );
    this.result = resultOf(this, ended, now);
    const waitedFor = this.#person;
    this.#person = null;
    if (ended.verdict === 'needs-attention')
      this.#remember(memoOfEnd({ reason: ended.reason, nextStep: ended.nextStep, endedAt: now }));
    else if (waitedFor !== null) this.#remember(null);
    upsertSearchAttributes([
      { key: PHASE_KEY, value: 'done' },
      { key: VERDICT_KEY, value: ended.verdict },
    ]);
    this.#describe();
    const { verdict, reason, nextStep } = ended;
    void this.announcer.announce(this, { event: 'verdict', at: now, verdict, reason, nextStep, commands: [] });
    return this.result;
  }

  #askToRestore(needed: RestoreNeeded): void {
    this.#restoreAsked ??= needed;
  }

  #describe(): void {
    setCurrentDetails(detailsOf(progressOf(this)));
  }
}

/** A message as the logbook and the verdict name it. */
function saidBy(kind: InterventionKind, { by, why }: { by: string; why: string | null }): string {
  return `${kind} by ${by}${why === null ? '' : ` (${why})`}`;
}
