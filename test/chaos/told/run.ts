import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { Intervention, InterventionName } from '../../../workflows/contract';
import { NOTIFY, workflowIdOf } from '../../../workflows/contract';
import { Stack } from '../../support/stack';
import { seedOf } from '../../support/seeds';
import { Webhook } from '../../support/webhook';
import { SeededRandom } from '../support/random';
import { Slots } from '../support/slots';
import type { AuditLine, DeploymentTold } from './evidence';
import { unannounced, wrongWith } from './evidence';
import type { ToldOptions } from './options';
import type { Scenario } from './scenario';
import { inputOf, scenarioOf, STACK, waitsOf } from './scenario';

const ENVIRONMENT = 'cases';
/** Between two kills, milliseconds. */
const KILL_EVERY = [3_000, 9_000] as const;
/** Deliveries that are refused, and those that are taken without an answer. */
const REFUSED = 0.15;
const UNANSWERED = 0.1;
/** How long the events may take once all deployments are over, milliseconds. */
const DELIVERED_WITHIN_MILLIS = 600_000;
/** An export ends so long ago at the latest, milliseconds. */
const LISTED_AFTER_MILLIS = 6_000;

/** What a run found. */
export interface ToldReport {
  readonly deployments: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly announced: number;
  readonly deliveries: number;
  readonly taken: number;
  readonly distinct: number;
  readonly auditLines: number;
  /** By service; empty lists left out. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  readonly seconds: number;
}

/** Deploys, kills workers meanwhile, and holds the webhook and the audit against the histories and Rancher's journal. */
export async function runTold(options: ToldOptions, onProgress: (line: string) => void): Promise<ToldReport> {
  const began = Date.now();
  const scenarios = Array.from({ length: options.deployments }, (_, index) => scenarioOf(options.seed, index));
  const webhook = await Webhook.start();
  const answers = new SeededRandom(options.seed).fork('webhook');
  webhook.moods = () =>
    answers.chance(REFUSED) ? 'refuses' : answers.chance(UNANSWERED) ? 'takes and breaks off' : 'takes';
  const stack = await Stack.start({
    seed: {
      ...seedOf(...scenarios.map(({ service }) => service)),
      behaviours: scenarios.flatMap(({ behaviours }) => behaviours),
    },
    ownTemporal: true,
    workers: 2,
    environments: { [ENVIRONMENT]: { project: 'Cases' } },
    policy: { stallLimit: '30s', rollbackLimit: '1m', confirmLimit: '20s', reachLimit: '3m', timeout: '10m' },
    extraYaml: `notifications: { hook: { webhook: { url: '${webhook.url}' } } }\n`,
  });
  try {
    const killer = new Killer(stack, new SeededRandom(options.seed).fork('kills'));
    const killing = killer.run();
    // What went wrong first is what is told: the end of the stack ends a worker that is only starting.
    killing.catch(() => undefined);
    const slots = new Slots(options.inFlight);
    let over = 0;
    const verdicts: Record<string, number> = {};
    await Promise.all(
      scenarios.map(async (scenario) => {
        await slots.take();
        const verdict = await play(stack, scenario).finally(() => slots.give());
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
        over += 1;
        if (over % 10 === 0) onProgress(`${over} of ${scenarios.length} ended, ${killer.kills} workers killed`);
      }),
    );
    killer.stop();
    await killing;
    await untilDelivered(stack);
    await delay(LISTED_AFTER_MILLIS);
    const audit = await auditOf(stack, began);
    const told = await Promise.all(scenarios.map((scenario) => toldBy(stack, scenario, audit)));
    const taken = new Set(webhook.taken.map(({ eventId }) => eventId));
    const wrong: Record<string, string[]> = {};
    for (const one of told) {
      const found = wrongWith(one, taken);
      if (found.length > 0) wrong[one.service] = found;
    }
    const strangers = unannounced(told, webhook.deliveries);
    if (strangers.length > 0) wrong['the webhook'] = strangers.map((id) => `nobody announced ${id}`);
    const cut = await cutAudit(stack);
    if (cut !== null) wrong['the audit'] = [cut];
    return {
      ...{ deployments: scenarios.length, verdicts, kills: killer.kills, wrong },
      announced: told.reduce((sum, { announced }) => sum + announced.length, 0),
      deliveries: webhook.deliveries.length,
      taken: webhook.taken.length,
      distinct: taken.size,
      auditLines: audit.length,
      seconds: (Date.now() - began) / 1000,
    };
  } finally {
    await stack.close();
    await webhook.close();
  }
}

/** Kills one worker after the other with -9, and starts another for each. */
class Killer {
  kills = 0;
  readonly #stopped = new AbortController();

  constructor(
    private readonly stack: Stack,
    private readonly random: SeededRandom,
  ) {}

  async run(): Promise<void> {
    for (;;) {
      const pause = delay(this.random.int(...KILL_EVERY), undefined, { signal: this.#stopped.signal });
      if (await pause.then(() => false).catch(() => true)) return;
      const running = this.stack.workers.filter((worker) => worker.running);
      await this.random.pick(running).kill('SIGKILL');
      this.kills += 1;
      await this.stack.startWorker();
    }
  }

  stop(): void {
    this.#stopped.abort();
  }
}

async function play(stack: Stack, scenario: Scenario): Promise<string> {
  const { kind, service, pauseMillis } = scenario;
  const target = { environment: ENVIRONMENT, stack: STACK, service: service.name };
  const handle = await stack.client.upgrade(inputOf(scenario, ENVIRONMENT));
  const message: Partial<Record<typeof kind, InterventionName>> = {
    confirmed: 'confirm',
    'taken-back': 'rollback',
    cancelled: 'cancel',
  };
  const name = message[kind];
  if (name !== undefined) {
    const phase = name === 'cancel' ? 'waiting' : 'confirming';
    await stack.until(STACK, service.name, (progress) => progress.phase === phase, 180_000);
    await delay(pauseMillis);
    const intervention: Intervention = { by: 'a person', why: kind };
    await stack.client.intervene(target, name, intervention);
  }
  const { verdict } = await handle.result({ watchOn: true });
  return verdict;
}

/** No event is left to be told. */
async function untilDelivered(stack: Stack): Promise<void> {
  const client = temporalOf(stack);
  const deadline = Date.now() + DELIVERED_WITHIN_MILLIS;
  const query = `WorkflowType = '${NOTIFY}' AND ExecutionStatus = 'Running'`;
  while ((await client.workflow.count(query)).count > 0) {
    if (Date.now() > deadline) return;
    await delay(500);
  }
}

async function toldBy(stack: Stack, scenario: Scenario, audit: readonly AuditOf[]): Promise<DeploymentTold> {
  const { service, kind } = scenario;
  const events = await stack.history(workflowIdOf(ENVIRONMENT, STACK, service.name));
  const announced = events.flatMap((event) => {
    const started = event['childWorkflowExecutionStartedEventAttributes'] as
      { workflowExecution?: { workflowId?: string } } | undefined;
    const id = started?.workflowExecution?.workflowId ?? '';
    return id.startsWith('notify/') ? [id.slice('notify/'.length)] : [];
  });
  const handle = await stack.client.get(ENVIRONMENT, STACK, service.name);
  const lines = audit.filter((line) => line.service === service.name);
  return {
    service: service.name,
    deploymentId: handle?.deployment.deploymentId ?? '',
    verdict: kind,
    announced,
    waits: waitsOf(kind),
    messages: ['confirmed', 'taken-back', 'cancelled'].includes(kind) ? 1 : 0,
    upgrades: (await stack.actions(service.name)).filter((action) => action === 'upgrade').length,
    // The same message may come twice (an update that nobody answered in time, then a signal): it is taken once.
    audit: lines.filter(({ event, outcome }) => event !== 'intervention' || outcome === 'taken'),
  };
}

interface AuditOf extends AuditLine {
  readonly service: string;
}

async function auditOf(stack: Stack, since: number): Promise<AuditOf[]> {
  const ended = await stack.drover(['audit', '--since', new Date(since).toISOString()]);
  if (ended.code !== 0) throw new Error(`drover audit ended with ${ended.code}: ${ended.stderr}`);
  const lines = ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditOf & { type?: string });
  return lines.filter(({ event }) => typeof event === 'string');
}

/** An export that reaches further back than histories are kept has to fail, and to say so. */
async function cutAudit(stack: Stack): Promise<string | null> {
  const ended = await stack.drover(['audit', '--since', '3650d']);
  if (ended.code === 4 && ended.stderr !== '') return null;
  return `an export over ten years ended with ${ended.code}: ${ended.stderr}`;
}

function temporalOf(stack: Stack): Client {
  return new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
}
