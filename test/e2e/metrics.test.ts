import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { Phase } from '../../decision/phase';
import type { DeploymentRequest } from '../../decision/request';
import type { WorldSeed } from '../../simulator/world-seed';
import { UPGRADE_SERVICE, WORKFLOW_QUEUE, workflowIdOf } from '../../workflows/contract';
import type { upgradeService } from '../../workflows';
import { METRICS, UNSERVED } from '../../workflows/metric-table';
import type { Metric } from '../../workflows/metric-table';
import { lastingPorts } from '../support/production/lasting-ports';
import { referredBy } from '../support/promql';
import { ROOT } from '../support/root';
import { Page } from '../support/scrape';
import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';
import { waitFor } from '../worker/wait-for';
import { Command } from './command';

const LIMIT_MILLIS = 120_000;
const HELPLESS = ['helpless-1', 'helpless-2', 'helpless-3', 'helpless-4'];
const NAMES = ['good', 'held', 'failing', 'anew', 'keyless', ...HELPLESS];
const KEY = { accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' as const };
const UNDISTURBED: readonly Phase[] = ['resolving', 'upgrading', 'waiting', 'verifying', 'finishing'];

function seed(): WorldSeed {
  return {
    ...seedOf(...NAMES.map((name) => ({ name, scale: 1, launchConfig: { imageUuid: `docker:example/${name}:1` } }))),
    behaviours: [
      { image: 'docker:example/failing:2', startFails: true },
      { image: 'docker:example/anew:2', pullMillis: 60_000 },
      { image: 'docker:example/keyless:2', pullMillis: 60_000 },
    ],
  };
}

describe("what a worker's page of metrics shows", () => {
  let stack: Stack;
  let address: string;
  /** Deployments of an environment that nobody serves, under names that nobody foresaw. */
  let mistyped: Promise<unknown>;
  const scrape = (): Promise<Page> => Page.read(address);
  const about = (service: string): Command => new Command(stack, service);
  const here = <T extends object>(labels: T): T & { environment: string } => ({ ...labels, environment: stack.alias });

  beforeAll(async () => {
    const [port = 0] = await lastingPorts('127.0.0.1', 1);
    address = `127.0.0.1:${port}`;
    stack = await Stack.start({
      seed: seed(),
      policy: { stallLimit: '5s', reachLimit: '60s' },
      extraYaml: `worker: { metricsAddress: "${address}" }\n`,
    });
  }, LIMIT_MILLIS);
  afterAll(() => stack.close());

  /** Waits until the page shows it: what Temporal is asked for is told every fifteen seconds. */
  const shows = (name: string, value: number): Promise<void> =>
    waitFor(
      `${name} to be ${value}`,
      async () => {
        const page = await scrape();
        return page.families.has(name) && page.value(name, here({})) === value;
      },
      60_000,
    );

  async function phasesMoved(before: Page, after: Page, service: string): Promise<void> {
    const { result } = await stack.progress('cases', service);
    const timeline = result?.timeline ?? [];
    expect(timeline.length).toBeGreaterThan(1);
    for (const phase of new Set(timeline.map((span) => span.phase))) {
      const spans = timeline.filter((span) => span.phase === phase);
      const seconds = spans.reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);
      expect([phase, after.since(before, 'drover_phase_seconds_count', here({ phase }))]).toEqual([
        phase,
        spans.length,
      ]);
      expect(after.since(before, 'drover_phase_seconds_sum', here({ phase }))).toBeCloseTo(seconds, 6);
    }
    expect(after.since(before, 'drover_phase_seconds_count', here({}))).toBe(timeline.length);
  }

  test('counters begin at zero, before anything was deployed', async () => {
    const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    mistyped = Promise.all(
      ['prodd', 'qs'].map(async (environment) =>
        client.workflow.execute<typeof upgradeService>(UPGRADE_SERVICE, {
          workflowId: workflowIdOf(environment, 'cases', 'good'),
          taskQueue: WORKFLOW_QUEUE,
          args: [requestFor(environment)],
        }),
      ),
    );
    const page = await scrape();
    expect(page.valuesOf('drover_deployments_total', 'environment')).toEqual([stack.alias]);
    expect(page.valuesOf('drover_deployments_total', 'verdict')).toEqual(
      expect.arrayContaining(['succeeded', 'rolled-back', 'needs-attention', 'interfered']),
    );
    expect(page.value('drover_deployments_total')).toBe(0);
    expect(page.valuesOf('drover_rollbacks_total', 'why')).toEqual(['again', 'asked', 'failed']);
    expect(page.value('drover_rancher_circuit_open', here({}))).toBe(0);
    await shows('drover_deployments_in_flight', 0);
  });

  test('a deployment: its verdict, its phases to the millisecond, and each of its requests', async () => {
    await stack.rancher.resetRequests();
    const before = await scrape();
    expect(await about('good').upgrade()).toMatchObject({ code: 0, stderr: '' });
    const after = await scrape();

    expect(after.since(before, 'drover_deployments_total', here({ verdict: 'succeeded' }))).toBe(1);
    expect(after.since(before, 'drover_deployments_total', here({}))).toBe(1);
    expect(after.since(before, 'drover_rollbacks_total')).toBe(0);
    expect(after.since(before, 'drover_waiting_for_people_seconds_count')).toBe(0);
    for (const phase of UNDISTURBED)
      expect(after.since(before, 'drover_phase_seconds_count', here({ phase }))).toBeGreaterThanOrEqual(1);
    await phasesMoved(before, after, 'good');

    const requests = await stack.rancher.requests();
    const reads = requests.filter(({ method }) => method === 'GET').length;
    expect(reads).toBeGreaterThan(3);
    const counted = (labels: object): number =>
      after.since(before, 'drover_rancher_requests_total', here({ ...labels, outcome: 'ok' }));
    expect([counted({ kind: 'read' }), counted({ kind: 'upgrade' }), counted({ kind: 'finishupgrade' })]).toEqual([
      ...[reads, 1, 1],
    ]);
    expect(after.since(before, 'drover_rancher_requests_total')).toBe(requests.length);
    expect(after.since(before, 'drover_rancher_request_seconds_count')).toBe(requests.length);
    expect(after.since(before, 'drover_rancher_request_seconds_sum')).toBeGreaterThan(0);
    expect(after.since(before, 'drover_rancher_wait_seconds_count', here({}))).toBe(reads);
  });

  test('a held deployment is in flight, waits for a person, and its rollback was asked for', async () => {
    const before = await scrape();
    expect(await about('held').upgrade('--hold')).toMatchObject({ code: 0 });
    await shows('drover_deployments_in_flight', 1);
    expect(await about('held').run('rollback')).toMatchObject({ code: 0 });
    await about('held').isOver();
    const after = await scrape();
    expect(after.since(before, 'drover_deployments_total', here({ verdict: 'rolled-back' }))).toBe(1);
    expect(after.since(before, 'drover_rollbacks_total', here({ why: 'asked' }))).toBe(1);
    expect(after.since(before, 'drover_rollbacks_total')).toBe(1);
    expect(after.since(before, 'drover_waiting_for_people_seconds_count', here({ phase: 'confirming' }))).toBe(1);
    await phasesMoved(before, after, 'held');
    expect(after.since(before, 'drover_waiting_for_people_seconds_sum', here({}))).toBeCloseTo(
      after.since(before, 'drover_phase_seconds_sum', here({ phase: 'confirming' })),
      6,
    );
  });

  test('rollbacks tell failures from upgrades that a person wants anew', async () => {
    const before = await scrape();
    const [failing] = await Promise.all([
      about('failing').upgrade(),
      (async () => {
        const anew = about('anew').startUpgrade('--detach');
        await about('anew').reaches('waiting');
        await anew.ended;
        await stack.rancher.removeBehaviour('docker:example/anew:2');
        expect(await about('anew').run('retry')).toMatchObject({ code: 0 });
        await about('anew').isOver();
      })(),
    ]);
    expect(failing).toMatchObject({ code: 3 });
    const after = await scrape();
    expect(after.since(before, 'drover_rollbacks_total', here({ why: 'failed' }))).toBe(1);
    expect(after.since(before, 'drover_rollbacks_total', here({ why: 'again' }))).toBe(1);
    expect(after.since(before, 'drover_rollbacks_total')).toBe(2);
    expect(after.since(before, 'drover_deployments_total', here({ verdict: 'rolled-back' }))).toBe(1);
    expect(after.since(before, 'drover_deployments_total', here({ verdict: 'succeeded' }))).toBe(1);
  });

  test('what is parked is shown for as long as it is, and how long it waited', async () => {
    const before = await scrape();
    const deploying = about('keyless').startUpgrade();
    await about('keyless').reaches('waiting');
    await stack.rancher.revokeKey(KEY.accessKey);
    expect(await deploying.ended).toMatchObject({ code: 4 });
    await shows('drover_deployments_parked', 1);
    expect((await scrape()).since(before, 'drover_rancher_requests_total', here({ outcome: 'unauthorised' }))).toBe(1);
    await stack.rancher.addKey(KEY);
    await stack.rancher.removeBehaviour('docker:example/keyless:2');
    expect(await about('keyless').run('cancel')).toMatchObject({ code: 0 });
    await about('keyless').isOver();
    await shows('drover_deployments_parked', 0);
    const after = await scrape();
    expect(after.since(before, 'drover_waiting_for_people_seconds_count', here({ phase: 'parked' }))).toBe(1);
    expect(after.since(before, 'drover_deployments_total', here({ verdict: 'cancelled' }))).toBe(1);
  });

  test('a Rancher that is down opens the circuit, and what is held back counts as no request that was tried', async () => {
    await stack.rancher.resetRequests();
    const before = await scrape();
    await stack.rancher.addFault({ times: 0, effect: { kind: 'status', status: 503 } });
    const deploying = HELPLESS.map((name) => about(name).startUpgrade());
    await shows('drover_rancher_circuit_open', 1);
    await waitFor('something to be held back', async () => {
      const page = await scrape();
      return page.since(before, 'drover_rancher_requests_total', here({ outcome: 'held-back' })) > 0;
    });
    await stack.rancher.clearFaults();
    for (const ended of await Promise.all(deploying.map((one) => one.ended))) expect(ended).toMatchObject({ code: 0 });
    await shows('drover_rancher_circuit_open', 0);
    const after = await scrape();
    const [all, heldBack, inTrouble] = [{}, { outcome: 'held-back' }, { outcome: 'server-trouble' }].map((labels) =>
      after.since(before, 'drover_rancher_requests_total', here(labels)),
    );
    expect(inTrouble).toBeGreaterThanOrEqual(8);
    expect(after.since(before, 'drover_rancher_request_seconds_count')).toBe((all ?? 0) - (heldBack ?? 0));
    expect(await stack.rancher.requests()).toHaveLength((all ?? 0) - (heldBack ?? 0));
  });

  test('what was mistyped makes no series of its own', async () => {
    await mistyped;
    const page = await scrape();
    expect(page.value('drover_deployments_total', { environment: UNSERVED, verdict: 'unreachable' })).toBe(2);
    for (const name of Object.keys(METRICS)) {
      const values = page.valuesOf(name, 'environment');
      expect([stack.alias, UNSERVED]).toEqual(expect.arrayContaining(values));
    }
  });

  test('all of the table is there, of its type and with its labels and buckets, and nothing else of ours', async () => {
    const { families } = await scrape();
    const ours = [...families.values()].filter(({ name }) => name.startsWith('drover_'));
    expect(ours.map(({ name }) => name).sort()).toEqual(Object.keys(METRICS).sort());
    /** What the SDK adds to all that a workflow measures. */
    const added = ['namespace', 'taskQueue', 'workflowType', 'le'];
    for (const { name, type, help, samples } of ours) {
      const metric = METRICS[name as keyof typeof METRICS] as Metric;
      expect([name, type, help]).toEqual([name, metric.type, metric.help]);
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      expect([...labels].filter((label) => !added.includes(label)).sort()).toEqual([...metric.labels].sort());
      const bounds = new Set(samples.flatMap((sample) => sample.labels['le'] ?? []));
      expect([...bounds].map(Number)).toEqual(metric.buckets === undefined ? [] : [...metric.buckets, NaN]);
    }
  });

  test('every metric and label of the Grafana dashboard and of the alerts is on the page', async () => {
    // A task that fails: nobody has such a workflow.
    const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
    await client.workflow.start('noSuchWorkflow', { workflowId: 'no-such-workflow', taskQueue: WORKFLOW_QUEUE });
    await waitFor('a task to fail', async () =>
      (await scrape()).families.has('temporal_workflow_task_execution_failed'),
    );
    const page = await scrape();
    const shown = new Map<string, Set<string>>();
    for (const { samples } of page.families.values()) {
      for (const { name, labels } of samples) {
        const known = shown.get(name) ?? new Set();
        for (const label of Object.keys(labels)) known.add(label);
        shown.set(name, known);
      }
    }
    const queries = documentedQueries();
    expect(queries.length).toBeGreaterThan(20);
    for (const query of queries) {
      const referred = referredBy(query);
      expect([query, referred.length > 0]).toEqual([query, true]);
      for (const { metric, labels, groupedBy } of referred) {
        expect([query, metric, shown.has(metric)]).toEqual([query, metric, true]);
        const missing = [...labels, ...groupedBy].filter((label) => shown.get(metric)?.has(label) !== true);
        expect([query, metric, missing]).toEqual([query, metric, []]);
      }
    }
    const used = queries.flatMap((query) => referredBy(query).map(({ metric }) => metric));
    const unused = Object.keys(METRICS).filter((name) => !used.some((metric) => metric.startsWith(name)));
    expect(unused).toEqual([]);
  });
});

function requestFor(environment: string): DeploymentRequest {
  return {
    requestId: `mistyped-${environment}`,
    deploymentId: 'd0',
    environment,
    stack: 'cases',
    service: 'good',
    image: 'example/good:3',
    ...{ sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false, overrides: {} },
    author: { by: 'a test' },
  };
}

interface Dashboard {
  readonly panels: readonly { readonly type: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly definition?: string }[] };
}

/** All that the dashboard and the alerts of the document ask Prometheus, and what the dashboard's variables list. */
function documentedQueries(): string[] {
  const document = readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8');
  const alerts = [...document.matchAll(/^ +expr: (.+)$/gm)].map(([, query = '']) => query);
  expect(alerts.length).toBeGreaterThan(2);
  const dashboard = JSON.parse(readFileSync(join(ROOT, 'docs', 'grafana-dashboard.json'), 'utf8')) as Dashboard;
  const asked = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const listed = dashboard.templating.list.flatMap(({ definition }) => {
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
    return metric === undefined || label === undefined ? [] : [`sum by (${label}) (${metric})`];
  });
  return [...asked, ...listed, ...alerts];
}
