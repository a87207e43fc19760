import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import type { Ticket, WhenBusy } from '../decision/lane';
import type { DeploymentRequest } from '../decision/request';
import type { Acknowledgement, Intervention, InterventionName, UpgradePlan, ShownConfig } from '../workflows/contract';
import type { QueueView } from './queue-view';
import type { ReleaseProgress } from '../workflows/release-contract';
import { RELEASE, releaseWorkflowIdOf } from '../workflows/release-contract';
import { CodecError } from '../codec/codec-error';
import type { AuditEvent, AuditOptions, AuditSummary } from './audit';
import type { NeedsAttention } from './attention';
import { needingAttention } from './attention';
import type { WaitingCoordinator } from './waiting-coordinator';
import { isAbout, RELEASE_WAITS, waitingPipeline, waitingRelease } from './waiting-coordinator';
import { decideStart } from './decide-start';
import { targetText } from '../decision/target-text';
import { DeploymentHandle } from './deployment-handle';
import type { DeploymentSummary } from './deployment-summary';
import { RefusedError } from './errors/refused-error';
import {
  busy,
  historyGone,
  noAnswerFromLane,
  over,
  releaseOver,
  requestOver,
  sameIdOtherContent,
  sameReleaseIdOtherContent,
  undecided,
  unknownDeployment,
  unknownRelease,
  unknownRequest,
  unreadableAnswer,
} from './refusals';
import { Promotions } from './pipeline/promotions';
import type { BuiltRelease } from './release/build-release';
import { CoordinatorHandle } from './coordinator/coordinator-handle';
import type { CoordinatorSummary } from './coordinator/coordinator-summary';
import { releaseStart } from './release/release-start';
import { releaseWords } from './release/release-words';
import type { FollowedDeployment } from './follow/follow-event';
import type { Orphans } from './orphans';
import { buildRequest } from './input/build-request';
import type { BuiltRequest } from './input/build-request';
import type { Environment } from './input/ci-build';
import type { Target, UpgradeInput } from './input/upgrade-input';
import { awaitTurn, laneView } from './temporal/await-turn';
import type { WaitOptions } from './temporal/await-turn';
import { connectToTemporal } from './temporal/connect';
import { connectionSettings } from './temporal/connection-settings';
import type { ConnectionSettings } from './temporal/connection-settings';
import { ATTENTION_LIMIT, AT_ONCE, Deployments } from './temporal/deployments';
import { enterLane, leaveLane } from './temporal/enter-lane';
import { explainTrouble } from './temporal/explain-trouble';
import { inParallel } from './temporal/in-parallel';
import { intervene } from './temporal/intervene';
import type { Intervened } from './temporal/intervene';
import type { ListFilters } from './temporal/list-query';
import { showConfig } from './temporal/show-config';
import type { ShownStack } from './temporal/show-config';
import { listPending } from './temporal/list-pending';
import { planDeployment } from './temporal/plan-deployment';
import { planGate } from './temporal/plan-gate';
import { RELEASE_QUERY } from './temporal/read-release';
import { Coordinators } from './temporal/coordinators';
import { requireWorkers } from './temporal/require-workers';
import { TemporalRun } from './temporal/temporal-run';
import { webUrlFor } from './temporal/web-link';
import { WorkerVersions } from './temporal/worker-versions';

/** Where to connect to; everything has a default (see {@link connectionSettings}). */
export interface ConnectOptions {
  readonly address?: string;
  readonly namespace?: string;
  /** `drover.yaml`, of which only the section `temporal:` is read. */
  readonly configFile?: string;
  /** Default: this process's. */
  readonly env?: Environment;
}

/** One release, running or over. */
export type ReleaseHandle = CoordinatorHandle<ReleaseProgress>;

/** How a request is started. */
export interface StartOptions extends WaitOptions {
  /** What to do where another deployment of the service runs. Default `reject`. */
  readonly whenBusy?: WhenBusy;
}

/** What a `cancel` means to a request that waits for its turn. */
const WITHDRAWN: Acknowledgement = {
  phase: 'waiting for its turn',
  meaning: 'taken out of the queue: it never ran, and nothing was changed',
};

/** How often a lost race for the start is decided anew. */
const ATTEMPTS = 5;

/** Asks for deployments and watches them. It talks to Temporal only, and holds no key of any Rancher. */
export class DroverClient {
  private readonly deployments: Deployments;
  private readonly releasesOf: Coordinators;
  /** What runs in one environment, taken to others: pipelines, approvals and holds. */
  readonly promotions: Promotions;
  /** The builds of the workers, where these are versioned. */
  readonly versions: WorkerVersions;

  private constructor(
    private readonly client: Client,
    private readonly connection: Connection,
    readonly settings: ConnectionSettings,
    private readonly env: Environment,
    private readonly closeConnection: () => Promise<void>,
  ) {
    const webUrl = webUrlFor(settings.webUrl, settings.address);
    this.deployments = new Deployments(client, connection, webUrl);
    this.releasesOf = new Coordinators(client, webUrl, RELEASE, releaseWorkflowIdOf);
    this.promotions = new Promotions(client, connection, settings.namespace, webUrl, (work) => this.explained(work));
    this.versions = new WorkerVersions(client, connection, (work) => this.explained(work));
  }

  /** @throws UnreachableError where Temporal does not answer; InvalidInputError where its settings cannot be read */
  static async connect(options: ConnectOptions = {}): Promise<DroverClient> {
    const env = options.env ?? process.env;
    const settings = connectionSettings({ ...options, env });
    const { client, connection, close } = await connectToTemporal(settings);
    return new DroverClient(client, connection, settings, env, close);
  }

  /**
   * Starts a deployment; or attaches to it where the same request runs already, or answers the closed one where it is over.
   *
   * @throws InvalidInputError for bad input, and for a request id that was used for something else; RefusedError where another
   * deployment of the service runs; UnreachableError where no worker would take it: nothing is started then. StillWaitingError where it is
   * in the queue, and longer than it was to be waited for, or where the answer cannot be decrypted.
   */
  upgrade(input: UpgradeInput, options: StartOptions = {}): Promise<DeploymentHandle> {
    return this.start(buildRequest(input, this.env, new Date()), options);
  }

  /** As {@link upgrade}, for a request that is already built. */
  start({ request, digest }: BuiltRequest, options: StartOptions = {}): Promise<DeploymentHandle> {
    const whenBusy = options.whenBusy ?? 'reject';
    /** Since when it waits in its lane: kept where somebody terminates that. */
    let since: number | undefined;
    return this.explained(async () => {
      for (let attempt = 1; ; attempt += 1) {
        const latest = await this.deployments.find(request);
        const same = await this.sameRequest(request, latest);
        const decision = decideStart(request, digest, latest, same, whenBusy);
        if (decision.do === 'attach') return this.handleOf(decision.to, 'attached');
        if (decision.do === 'report') return this.handleOf(decision.on, 'over');
        if (decision.do === 'refuse') throw busy(decision.busy, await this.imagesNowAskedFor(decision.busy));
        if (decision.do === 'invalid') {
          throw sameIdOtherContent(decision.other, await this.deployments.requestOf(decision.other), request);
        }
        await requireWorkers(this.connection, this.settings.namespace, request.environment);
        const ticket: Ticket = { request, digest, whenBusy, ...(since === undefined ? {} : { since }) };
        const onPlace = (told: number): void => {
          since = Math.min(since ?? told, told);
        };
        const handle = await this.enter(ticket, { ...options, onPlace }).catch((error: unknown) => {
          // What was sent is with Temporal; only the answer cannot be read here.
          throw error instanceof CodecError ? unreadableAnswer(request, error) : error;
        });
        // Somebody was faster, or the lane is no more: what runs now decides.
        if (handle !== null) return handle;
        if (attempt >= ATTEMPTS) throw undecided(request);
      }
    });
  }

  /**
   * The newest deployment of a service, running or over, or the newest of a certain request (or deployment id); null where Temporal knows
   * none.
   */
  async get(environment: string, stack: string, service: string, requestId?: string): Promise<DeploymentHandle | null> {
    return this.explained(async () => {
      const target = { environment, stack, service };
      const found = await (requestId === undefined
        ? this.deployments.find(target)
        : this.deployments.ofRequest(target, requestId));
      return found === null ? null : this.handleOf(found, found.run === 'running' ? 'attached' : 'over');
    });
  }

  /** The deployments of a service, the newest first. */
  async history(target: Target, options: Pick<ListFilters, 'limit'> = {}): Promise<readonly DeploymentSummary[]> {
    const { environment, stack, service } = target;
    const found = await this.list({ environment, stack, service, ...options });
    return found.toSorted((one, other) => other.startedAt - one.startedAt);
  }

  /**
   * Who did what to which service, from the histories themselves: gap-free, or it fails. See {@link audit}.
   *
   * @throws AuditGapError where something is missing
   */
  async *audit(options: AuditOptions): AsyncGenerator<AuditEvent, AuditSummary> {
    const { audit } = await import('./audit.js');
    const { TemporalAuditSource } = await import('./temporal/audit-source.js');
    try {
      return yield* audit(new TemporalAuditSource(this.client), options, Date.now());
    } catch (error) {
      throw explainTrouble(error, this.settings);
    }
  }

  /** Deployments: those that run, then the last that ended. */
  list(filters: ListFilters = {}): Promise<readonly DeploymentSummary[]> {
    return this.explained(() => this.deployments.list(filters));
  }

  /**
   * Deployments that wait for a person (parked, held, or not to be proven), and those that ended as `needs-attention` with no newer
   * deployment of their service since; the most urgent first. Besides, releases that wait to be confirmed, and pipelines that wait for an
   * approval or for what is held; a filter by service leaves these out. Asks Temporal alone: no worker has to answer.
   */
  async attention(filters: Pick<ListFilters, 'environment' | 'stack' | 'service' | 'limit'> = {}): Promise<{
    readonly found: readonly NeedsAttention[];
    readonly coordinators: readonly WaitingCoordinator[];
    /** There are more than `limit`. */
    readonly isCutOff: boolean;
  }> {
    return this.explained(async () => {
      const limit = filters.limit ?? ATTENTION_LIMIT;
      const [{ deployments, isCutOff }, releases, pipelines] = await Promise.all([
        this.deployments.needingAttention(filters),
        this.releasesOf.inPhases(limit + 1, [RELEASE_WAITS]),
        this.promotions.waiting(limit + 1),
      ]);
      const waiting = [...releases.map(waitingRelease), ...pipelines.map(waitingPipeline)];
      const coordinators = waiting.filter((one) => one !== null).filter((one) => isAbout(one, filters));
      return {
        found: needingAttention(deployments),
        coordinators: coordinators.slice(0, limit),
        isCutOff: isCutOff || coordinators.length > limit || releases.length > limit || pipelines.length > limit,
      };
    });
  }

  /**
   * Services of an environment that a deployment which is over left half upgraded, and what can be done about each. It writes nothing.
   *
   * @throws UnreachableError where no worker of the environment answers, or no Rancher; RefusedError with the worker's words
   */
  async orphans(environment: string): Promise<Orphans> {
    const { deploymentsOf, judgePending } = await import('./orphans.js');
    return this.explained(async () => {
      await requireWorkers(this.connection, this.settings.namespace, environment);
      const { labelled, unlabelled, leftOut } = await listPending(this.client, environment);
      const judged = await inParallel(labelled, AT_ONCE, async (pending) => {
        const { stack, service } = pending;
        const runs = await this.deployments.ownersOf({ environment, stack, service }, deploymentsOf(pending));
        return judgePending(environment, pending, runs);
      });
      return {
        environment,
        orphans: judged.filter((one) => one !== 'running' && one !== 'foreign'),
        running: judged.filter((one) => one === 'running').length,
        foreign: unlabelled + judged.filter((one) => one === 'foreign').length,
        leftOut,
      };
    });
  }

  /**
   * Steps into the running deployment of a service.
   *
   * @param requestId only into the deployment of this request (or of this deployment id), and into no other that may run by now
   * @throws RefusedError where none runs, or another one, or where the deployment says that it makes no sense now
   */
  async intervene(
    target: Target,
    name: InterventionName,
    intervention: Intervention = {},
    requestId?: string,
  ): Promise<Intervened> {
    return this.explained(async () => {
      const found = await this.deployments.find(target);
      const isAnother = requestId !== undefined && (found === null || !isOf(found, requestId));
      if (isAnother && name === 'cancel' && (await leaveLane(this.client, target, requestId, intervention)))
        return { how: 'acknowledged', acknowledgement: WITHDRAWN };
      if (found === null) throw unknownDeployment(target);
      if (isAnother) throw await this.notThat(found, requestId, name);
      const run = { workflowId: found.workflowId, runId: found.runId, target: targetText(target) };
      try {
        if (found.run === 'running') return await intervene(this.client, run, name, intervention);
      } catch (error) {
        // It ended between the look and the message.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
      throw over(target, (await this.deployments.find(target, found.runId)) ?? found, name);
    });
  }

  /**
   * Who deploys a service, and the requests that wait for it.
   *
   * @throws UnreachableError where no worker answers
   */
  queue(target: Target): Promise<QueueView> {
    return this.explained(async () => {
      const view = await laneView(this.client, target);
      if (view === 'silent') throw noAnswerFromLane(target);
      if (view !== 'none' && view.holder !== 'unknown') return view;
      // A deployment that its lane did not outlive. The lane after it finds out by and by that it is over.
      const runs = (await this.deployments.find(target))?.run === 'running';
      if (view === 'none') return { holder: runs ? 'unknown' : null, waiting: [], places: {} };
      return runs ? view : { ...view, holder: 'not known yet' };
    });
  }

  /**
   * A stack as Rancher's compose files, without the values of its settings. It writes nothing.
   *
   * @throws UnreachableError where no worker of the environment answers, or no Rancher; RefusedError with the worker's words
   */
  showConfig(asked: ShownStack): Promise<ShownConfig> {
    return this.explained(async () => {
      await requireWorkers(this.connection, this.settings.namespace, asked.environment);
      return showConfig(this.client, asked);
    });
  }

  /** What a deployment would change. It writes nothing. */
  async plan(input: UpgradeInput): Promise<UpgradePlan> {
    const { request } = buildRequest(input, this.env, new Date());
    return this.explained(async () => {
      await requireWorkers(this.connection, this.settings.namespace, request.environment);
      return planDeployment(this.client, request);
    });
  }

  // ---- Several services at once ---------------------------------------------------------------------------------------

  /**
   * Starts a release; or attaches to it where the same request runs already, or answers the closed one where it is over.
   *
   * @throws InvalidInputError for a request id that was used for something else; UnreachableError where no worker would take it
   */
  startRelease(built: BuiltRelease): Promise<ReleaseHandle> {
    const { releaseId, services } = built.request;
    return this.explained(async () => {
      const before = await this.releasesOf.find(releaseId);
      if (before !== null) return this.handleOfRelease(before, built);
      for (const environment of new Set(services.map((one) => one.environment)))
        await requireWorkers(this.connection, this.settings.namespace, environment);
      try {
        await this.releasesOf.start(releaseStart(built));
      } catch (error) {
        // Somebody was faster.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const started = await this.releasesOf.find(releaseId);
      if (started === null) throw unknownRelease(releaseId);
      return this.releaseHandle(started, 'started');
    });
  }

  /** A release, running or over; null where Temporal knows none. */
  getRelease(releaseId: string): Promise<ReleaseHandle | null> {
    return this.explained(async () => {
      const found = await this.releasesOf.find(releaseId);
      return found === null ? null : this.releaseHandle(found, found.isRunning ? 'attached' : 'over');
    });
  }

  /** Releases: those that run, then the last that ended. */
  releases(limit: number, runningOnly = false): Promise<readonly CoordinatorSummary[]> {
    return this.explained(() => this.releasesOf.list(limit, runningOnly));
  }

  /** Why the worker of its environment would not ask a gate of a release, by the names of those gates. It asks none of them. */
  planGates({ request }: BuiltRelease): Promise<ReadonlyMap<string, string>> {
    return this.explained(async () => {
      const refused = new Map<string, string>();
      for (const environment of new Set(request.gates.map((one) => one.environment)))
        await requireWorkers(this.connection, this.settings.namespace, environment);
      await inParallel(request.gates, AT_ONCE, (gate) =>
        planGate(this.client, gate).catch((error: unknown) => {
          if (!(error instanceof RefusedError)) throw error;
          refused.set(gate.name, error.message.replace(`gate ${gate.name}: `, ''));
        }),
      );
      return refused;
    });
  }

  /** What a release would change in each service, by deployment id; an error where one cannot be upgraded. It writes nothing. */
  planRelease({ waves, request }: BuiltRelease): Promise<ReadonlyMap<string, UpgradePlan | Error>> {
    return this.explained(async () => {
      for (const environment of new Set(request.services.map((one) => one.environment)))
        await requireWorkers(this.connection, this.settings.namespace, environment);
      const plans = await inParallel(waves.flat(), AT_ONCE, async (ticket) => {
        const plan = await planDeployment(this.client, ticket.request).catch((error: unknown) => {
          if (error instanceof RefusedError) return error;
          throw error;
        });
        return [ticket.request.deploymentId, plan] as const;
      });
      return new Map(plans);
    });
  }

  /**
   * Steps into a running release.
   *
   * @throws RefusedError where there is none, where it is over, or where it says that it makes no sense now
   */
  interveneRelease(releaseId: string, name: InterventionName, intervention: Intervention = {}): Promise<Intervened> {
    return this.explained(async () => {
      const found = await this.releasesOf.find(releaseId);
      if (found === null) throw unknownRelease(releaseId);
      if (!found.isRunning) throw releaseOver(found, name);
      const { workflowId, runId } = found;
      return intervene(this.client, { workflowId, runId, target: `--release ${releaseId}` }, name, intervention);
    });
  }

  private handleOfRelease(summary: CoordinatorSummary, { digest, request }: BuiltRelease): ReleaseHandle {
    if (summary.requestDigest !== digest) throw sameReleaseIdOtherContent(summary, request.requestId);
    return this.releaseHandle(summary, summary.isRunning ? 'attached' : 'over');
  }

  private releaseHandle(summary: CoordinatorSummary, how: ReleaseHandle['how']): ReleaseHandle {
    return new CoordinatorHandle(this.client, summary, how, RELEASE_QUERY, releaseWords(summary.id));
  }

  /** Gives the connection back. Deployments go on. */
  close(): Promise<void> {
    return this.closeConnection();
  }

  /** Brings a request to its lane, and waits for its turn; null where what is there now has to be looked at again. */
  private async enter(ticket: Ticket, options: StartOptions): Promise<DeploymentHandle | null> {
    const { request } = ticket;
    const answer = await enterLane(this.client, ticket);
    if (answer.how === 'other-content') {
      const { author } = answer.request;
      throw sameIdOtherContent({ startedAt: answer.since, requestedBy: author.by }, answer.request, request);
    }
    if (answer.how === 'busy' || answer.how === 'follow') {
      const running = await this.deployments.find(request);
      if (running?.run !== 'running') return null;
      if (answer.how === 'follow') return this.handleOf(running, 'attached');
      throw busy(running, await this.imagesNowAskedFor(running));
    }
    const how = answer.how === 'attached' ? 'attached' : 'started';
    if (answer.how !== 'sent' && answer.place.at === 'running') {
      const found = await this.deployments.find(request, answer.place.runId);
      return found === null ? null : this.handleOf(found, how);
    }
    // Attached to another request, it waits for that one.
    const awaited =
      answer.how === 'sent' ? request : { ...request, requestId: answer.requestId, deploymentId: answer.deploymentId };
    const turn = await awaitTurn(this.client, this.deployments, awaited, options);
    if (turn === null) return null;
    return this.handleOf(turn, turn.run === 'running' ? how : 'over');
  }

  /** The newest run of this very request, where it is not the newest of all. */
  private async sameRequest(
    { environment, stack, service, requestId }: DeploymentRequest,
    latest: DeploymentSummary | null,
  ): Promise<DeploymentSummary | null> {
    if (latest === null || latest.requestId === requestId) return null;
    const [found] = await this.deployments.list({ environment, stack, service, requestId, limit: 1 });
    return found ?? null;
  }

  private async imagesNowAskedFor(summary: DeploymentSummary): Promise<string> {
    if (summary.image !== '') return summary.image;
    return (await this.deployments.requestOf(summary))?.image ?? 'an image that is not known';
  }

  /** Why a message to one deployment goes to none: it is over, or was never there; and what runs there now. */
  private async notThat(latest: DeploymentSummary, requestId: string, name: InterventionName): Promise<RefusedError> {
    const meant = await this.deployments.ofRequest(latest, requestId);
    const running = latest.run === 'running' ? latest : null;
    return meant === null ? unknownRequest(latest, requestId, running) : requestOver(meant, running, name);
  }

  private handleOf(summary: DeploymentSummary, how: FollowedDeployment['how']): DeploymentHandle {
    const { environment, stack, service, requestId, deploymentId, workflowId, runId } = summary;
    const { requestedBy, startedAt, link } = summary;
    return new DeploymentHandle(
      { environment, stack, service, requestId, deploymentId, workflowId, runId, how, requestedBy, startedAt, link },
      new TemporalRun(this.client, { workflowId, runId, deploymentId }, targetText(summary), this.deployments.linkOf),
      () =>
        this.explained(async () => {
          const { recordOf } = await import('./history/deployment-record.js');
          const { readHistory } = await import('./temporal/read-history.js');
          const events = await readHistory(this.client, { workflowId, runId });
          if (events === null) throw historyGone(summary, runId);
          return recordOf(runId, events);
        }),
    );
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explainTrouble(error, this.settings);
    }
  }
}

/** People name a deployment by what they asked with, or by its own id. */
function isOf({ requestId, deploymentId }: DeploymentSummary, id: string): boolean {
  return requestId === id || deploymentId === id;
}
