import { countDeployments } from '../../worker/count-deployments';
import type { CountDeploymentsOptions } from '../../worker/count-deployments';
import { waitFor } from './wait-for';

type Told = [name: string, value: number, environment: string | undefined];

/** A Temporal that answers as told, and what is made of it. */
function counting(answer: (query: string) => Promise<{ count: number }>) {
  const told: Told[] = [];
  const failures: string[] = [];
  const asked: string[] = [];
  const ended = new AbortController();
  const connection = {
    withDeadline: (_: number, call: () => Promise<unknown>) => call(),
    workflowService: {
      countWorkflowExecutions: ({ query }: { query: string }) => {
        asked.push(query);
        return answer(query);
      },
    },
  } as unknown as CountDeploymentsOptions['connection'];
  const done = countDeployments({
    ...{ connection, namespace: 'n', environments: ['prod', 'dev'], signal: ended.signal, everyMillis: 20 },
    measure: {
      set: (name, value, labels) => void told.push([name, value, labels['environment']]),
      count: (name) => void failures.push(name),
    },
  });
  return { told, failures, asked, ended, done };
}

/** Three gauges of each environment, and two of all. */
const A_ROUND = 8;

test('it asks again and again, for each environment, until it is told to end', async () => {
  const { told, failures, asked, ended, done } = counting((query) => {
    if (query.includes("'release'")) return Promise.resolve({ count: 4 });
    if (query.includes("'pipeline'")) return Promise.resolve({ count: 5 });
    return Promise.resolve({ count: query.includes('parked') ? 1 : query.includes('confirming') ? 2 : 3 });
  });
  await waitFor('the second round', () => told.length >= 2 * A_ROUND);
  ended.abort();
  await done;
  expect(told.slice(0, A_ROUND).sort()).toEqual([
    ['drover_deployments_confirming', 2, 'dev'],
    ['drover_deployments_confirming', 2, 'prod'],
    ['drover_deployments_in_flight', 3, 'dev'],
    ['drover_deployments_in_flight', 3, 'prod'],
    ['drover_deployments_parked', 1, 'dev'],
    ['drover_deployments_parked', 1, 'prod'],
    ['drover_pipelines_waiting', 5, undefined],
    ['drover_releases_confirming', 4, undefined],
  ]);
  expect(failures).toEqual([]);
  expect(asked).toContain(
    "WorkflowType = 'upgradeService' AND ExecutionStatus = 'Running' AND DroverEnvironment = 'prod' AND DroverPhase = 'parked'",
  );
});

test('what cannot be asked is no number, not the last one, and it asks on', async () => {
  let rounds = 0;
  const { told, failures, ended, done } = counting(() => {
    rounds += 1;
    return rounds > A_ROUND && rounds <= 2 * A_ROUND
      ? Promise.reject(new Error('away'))
      : Promise.resolve({ count: 2 });
  });
  await waitFor('the third round', () => told.length >= 3 * A_ROUND);
  ended.abort();
  await done;
  const times = (value: number): number[] => Array.from({ length: A_ROUND }, () => value);
  expect(told.slice(0, 3 * A_ROUND).map(([, value]) => value)).toEqual([...times(2), ...times(NaN), ...times(2)]);
  expect(failures).toEqual(Array.from({ length: A_ROUND }, () => 'drover_count_failures_total'));
});

test('a call that ends with the worker is no failure', async () => {
  let close = (): void => undefined;
  const closed = new Promise<never>((_, reject) => {
    close = () => reject(new Error('closed'));
  });
  const { told, failures, asked, ended, done } = counting(() => closed);
  await waitFor('it to ask', () => asked.length > 0);
  ended.abort();
  close();
  await done;
  expect([told, failures]).toEqual([[], []]);
});
