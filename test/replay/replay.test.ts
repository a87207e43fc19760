import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { RECORDED_VERDICTS } from '../../decision/verdict';
import { versionedBundle } from '../../worker/bundle/workflow-bundle';
import { ROOT } from '../support/root';
import { workflowBundle } from '../support/workflow-bundle';
import { historyOf, readHistories } from './stored-history';
import type { NamedHistory } from './stored-history';
import { payloadsOf, whatHappened } from './what-happened';

Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });

const HISTORIES = readHistories();
const HAPPENED = HISTORIES.map((history) => ({ history, ...whatHappened(history) }));
/** Why a history does not do: what to do about it. */
const RECORD = 'npm run histories';

/** Replays histories; those that the workflows' code does not replay, and why. */
async function failuresOf(
  histories: readonly NamedHistory[],
  bundle: WorkflowBundleOption,
): Promise<ReadonlyMap<string, Error>> {
  const failures = new Map<string, Error>();
  for (const history of histories) {
    const { name, workflowId } = history;
    try {
      await Worker.runReplayHistory({ workflowBundle: bundle }, historyOf(history), workflowId);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      failures.set(name, error);
    }
  }
  return failures;
}

test('every stored history is replayed by the workflows as they are', async () => {
  expect(HISTORIES.length).toBeGreaterThan(40);
  const failures = await failuresOf(HISTORIES, workflowBundle());
  expect([...failures].map(([name, { message }]) => `${name}: ${message}`)).toEqual([]);
}, 120_000);

test('a versioned worker replays what one without a version did: versions can be switched on while something runs', async () => {
  const ofEachType = new Map(HAPPENED.map(({ workflowType, history }) => [workflowType, history]));
  const code = readFileSync(String(process.env['DROVER_WORKFLOW_BUNDLE']), 'utf8');
  const failures = await failuresOf([...ofEachType.values()], versionedBundle({ code }));
  expect([...failures].map(([name, { message }]) => `${name}: ${message}`)).toEqual([]);
}, 60_000);

/** Whether a workflow asks a worker something and ends with the answer, at once: nothing of it is under way when workers are replaced. */
function onlyAsks(type: string): boolean {
  const file = `${type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
  return readFileSync(join(ROOT, 'workflows', file), 'utf8').includes("from './told-plainly'");
}

describe('the stored histories', () => {
  const typesInCode = [...readFileSync(join(ROOT, 'workflows', 'index.ts'), 'utf8').matchAll(/export \{ (\w+) \}/g)]
    .map(([, type]) => type ?? '')
    .filter((type) => !onlyAsks(type));
  const verdictsOf = (type: string): string[] =>
    [
      ...new Set(HAPPENED.filter(({ workflowType }) => workflowType === type).map(({ verdict }) => verdict ?? 'none')),
    ].sort();

  test(`are there for each workflow type (${RECORD} records them)`, () => {
    expect(typesInCode.length).toBeGreaterThan(5);
    const stored = new Set(HAPPENED.map(({ workflowType }) => workflowType));
    expect(typesInCode.filter((type) => !stored.has(type))).toEqual([]);
  });

  test('are there for each verdict of a deployment', () => {
    expect(verdictsOf('upgradeService')).toEqual(expect.arrayContaining([...RECORDED_VERDICTS]));
  });

  test('are there for each way in which releases and pipelines end', () => {
    expect(verdictsOf('release')).toEqual(
      expect.arrayContaining(['cancelled', 'refused', 'rolled-back', 'succeeded', 'unchanged']),
    );
    expect(verdictsOf('pipeline')).toEqual(
      expect.arrayContaining(['cancelled', 'refused', 'rolled-back', 'succeeded', 'unchanged']),
    );
  });

  test('are there for each message that workflows take', () => {
    const source = readFileSync(join(ROOT, 'workflows', 'messages.ts'), 'utf8');
    const constants = [...source.matchAll(/define(?:Signal|Update)<[^(]*\(([^)]+)\)/g)].map(([, name]) => name ?? '');
    const contracts = ['contract', 'lane-contract', 'pipeline-contract', 'release-contract']
      .map((name) => readFileSync(join(ROOT, 'workflows', `${name}.ts`), 'utf8'))
      .join('\n');
    const names = constants.map((name) =>
      name.startsWith("'") ? name.slice(1, -1) : (new RegExp(`${name} = '([^']+)'`).exec(contracts)?.[1] ?? name),
    );
    expect(names.length).toBeGreaterThan(15);
    expect([...new Set(HAPPENED.flatMap(({ messages }) => messages))].sort()).toEqual([...new Set(names)].sort());
  });

  test('are there for each activity', () => {
    const source = readFileSync(join(ROOT, 'activities', 'contract.ts'), 'utf8');
    const [, interfaces = ''] = source.split(/^export interface \w*Activities/m, 2);
    expect(interfaces).not.toBe('');
    const all = source.slice(source.search(/^export interface \w*Activities/m));
    const names = [...all.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(20);
    const stored = new Set(HAPPENED.flatMap(({ activities }) => activities));
    expect([...new Set(names)].filter((name) => !stored.has(name))).toEqual([]);
  });

  test('hold no secret, and nothing of the machine that they were recorded on', () => {
    for (const history of HISTORIES) {
      const text = `${JSON.stringify(history.events)}\n${payloadsOf(history)}`;
      expect([history.name, /canary|"identity"|SECRET/.exec(text)]).toEqual([history.name, null]);
    }
  });
});

describe('a workflow that is changed incompatibly', () => {
  const code = readFileSync(String(process.env['DROVER_WORKFLOW_BUNDLE']), 'utf8');
  const withChange = (from: string, to: string): WorkflowBundleOption => {
    expect(code.split(from)).toHaveLength(2);
    return { code: code.replace(from, () => to) };
  };
  const ofType = (type: string): NamedHistory[] =>
    HAPPENED.filter(({ workflowType }) => workflowType === type).map(({ history }) => history);

  test.each([
    [
      'upgradeService',
      'another activity is called first',
      'first.loadPolicy(request)',
      'first.admitReleaseGate({ gate: request })',
    ],
    [
      'upgradeService',
      'it pauses before its end',
      'const result = deployment.end(ended);',
      "await deployment.pause(1000, 'for nothing'); const result = deployment.end(ended);",
    ],
  ])('%s: where %s, its histories are not replayed', async (type, _what, from, to) => {
    const [first] = ofType(type).filter((history) => whatHappened(history).verdict === 'succeeded');
    if (first === undefined) throw new Error(`no history of ${type}`);
    const failures = await failuresOf([first], withChange(from, to));
    expect([...failures.values()].map(({ message }) => message)).toEqual([expect.stringMatching(/nondeterminism/i)]);
  });

  test('and where only words change, they are', async () => {
    const [first] = ofType('upgradeService');
    if (first === undefined) throw new Error('no history');
    expect(await failuresOf([first], { code: code.replaceAll('held as asked', 'held, as it was asked') })).toEqual(
      new Map(),
    );
  });
});
