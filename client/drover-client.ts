import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import type { DeploymentRequest } from '../decision/request';
import type { Intervention, InterventionName, UpgradePlan } from '../workflows/contract';
import { workflowIdOf } from '../workflows/contract';
import { audit } from './audit';
import type { AuditEvent, AuditOptions, AuditSummary } from './audit';
import type { NeedsAttention } from './attention';
import { needingAttention } from './attention';
import { decideStart } from './decide-start';
import { targetText } from '../decision/target-text';
import { DeploymentHandle } from './deployment-handle';
import type { DeploymentSummary } from './deployment-summary';
import { recordOf } from './history/deployment-record';
import type { RefusedError } from './errors/refused-error';
import { busy, historyGone, over, requestOver, sameIdOtherContent, unknownDeployment, unknownRequest } from './refusals';
import type { FollowedDeployment } from './follow/follow-event';
import type { Orphans } from './orphans';
import { deploymentsOf, judgePending } from './orphans';
import { buildRequest } from './input/build-request';
import type { BuiltRequest } from './input/build-request';
import type { Environment } from './input/ci-build';
import type { Target, UpgradeInput } from './input/upgrade-input';
import { TemporalAuditSource } from './temporal/audit-source';
import { connectToTemporal } from './temporal/connect';
import { connectionSettings } from './temporal/connection-settings';
import type { ConnectionSettings } from './temporal/connection-settings';
import { AT_ONCE, Deployments } from './temporal/deployments';
import { explainTrouble } from './temporal/explain-trouble';
import { inParallel } from './temporal/in-parallel';
import { intervene } from './temporal/intervene';
import type { Intervened } from './temporal/intervene';
import type { ListFilters } from './temporal/list-query';
import { listPending } from './temporal/list-pending';
import { planDeployment } from './temporal/plan-deployment';
import { readHistory } from './temporal/read-history';
import { requireWorkers } from './temporal/require-workers';
import { startDeployment } from './temporal/start-deployment';
import { TemporalRun } from './temporal/temporal-run';
import { webUrlFor } from './temporal/web-link';

/** Where to connect to; everything has a default (see {@link connectionSettings}). */
export interface ConnectOptions {
  readonly address?: string;
  readonly namespace?: string;
  /** `drover.yaml`, of which only the section `temporal:` is read. */
  readonly configFile?: string;
  /** Default: this process's. */
  readonly env?: Environment;
}

/** How often a lost race for the start is decided anew. */
const ATTEMPTS = 5;

/** Asks for deployments and watches them. It talks to Temporal only, and holds no key of any Rancher. */
export class DroverClient {
  private readonly deployments: Deployments;

  private constructor(
    private readonly client: Client,
    private readonly connection: Connection,
    readonly settings: ConnectionSettings,
    private readonly env: Environment,
    private readonly closeConnection: () => Promise<void>,
  ) {
    this.deployments = new Deployments(client, connection, webUrlFor(settings.webUrl, settings.address));
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
   * deployment of the service runs; UnreachableError where no worker would take it. Nothing is started then.
   */
  upgrade(input: UpgradeInput): Promise<DeploymentHandle> {
    return this.start(buildRequest(input, this.env, new Date()));
  }

  /** As {@link upgrade}, for a request that is already built. */
  async start({ request, digest }: BuiltRequest): Promise<DeploymentHandle> {
    return this.explained(async () => {
      for (let attempt = 1; ; attempt += 1) {
        const latest = await this.deployments.find(request);
        const decision = decideStart(request, digest, latest, await this.sameRequest(request, latest));
        if (decision.do === 'attach') return this.handleOf(decision.to, 'attached');
        if (decision.do === 'report') return this.handleOf(decision.on, 'over');
        if (decision.do === 'refuse') throw busy(decision.busy, await this.imagesNowAskedFor(decision.busy));
        if (decision.do === 'invalid') {
          throw sameIdOtherContent(decision.other, await this.deployments.requestOf(decision.other), request);
        }
        await requireWorkers(this.connection, this.settings.namespace, request.environment);
        try {
          return this.handleOf(await this.startNew(request, digest), 'started');
        } catch (error) {
          // Somebody was faster: what runs now decides.
          if (!(error instanceof WorkflowExecutionAlreadyStartedError) || attempt >= ATTEMPTS) throw error;
        }
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
   * deployment of their service since; the most urgent first. Asks Temporal alone: no worker has to answer.
   */
  async attention(filters: Pick<ListFilters, 'environment' | 'stack' | 'service' | 'limit'> = {}): Promise<{
    readonly found: readonly NeedsAttention[];
    /** There are more than `limit`. */
    readonly isCutOff: boolean;
  }> {
    return this.explained(async () => {
      const { deployments, isCutOff } = await this.deployments.needingAttention(filters);
      return { found: needingAttention(deployments), isCutOff };
    });
  }

  /**
   * Services of an environment that a deployment which is over left half upgraded, and what can be done about each. It writes nothing.
   *
   * @throws UnreachableError where no worker of the environment answers, or no Rancher; RefusedError with the worker's words
   */
  async orphans(environment: string): Promise<Orphans> {
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
      if (found === null) throw unknownDeployment(target);
      if (requestId !== undefined && !isOf(found, requestId)) throw await this.notThat(found, requestId, name);
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

  /** What a deployment would change. It writes nothing. */
  async plan(input: UpgradeInput): Promise<UpgradePlan> {
    const { request } = buildRequest(input, this.env, new Date());
    return this.explained(async () => {
      await requireWorkers(this.connection, this.settings.namespace, request.environment);
      return planDeployment(this.client, request);
    });
  }

  /** Gives the connection back. Deployments go on. */
  close(): Promise<void> {
    return this.closeConnection();
  }

  private async startNew(request: DeploymentRequest, digest: string): Promise<DeploymentSummary> {
    const runId = await startDeployment(this.client, request, digest);
    const workflowId = workflowIdOf(request.environment, request.stack, request.service);
    const { environment, stack, service, requestId, deploymentId, author } = request;
    return {
      ...{ environment, stack, service, workflowId, runId, requestId, deploymentId, requestDigest: digest },
      image: request.image ?? '',
      requestedBy: author.by,
      run: 'running',
      phase: 'resolving',
      verdict: null,
      startedAt: Date.now(),
      endedAt: null,
      attention: null,
      link: this.deployments.linkOf(workflowId, runId),
    };
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
