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

test('it asks again and again, for each environment, until it is told to end', async () => {
  const { told, failures, asked, ended, done } = counting((query) =>
    Promise.resolve({ count: query.includes('parked') ? 1 : 3 }),
  );
  await waitFor('the second round', () => told.length >= 8);
  ended.abort();
  await done;
  expect(told.slice(0, 4).sort()).toEqual([
    ['drover_deployments_in_flight', 3, 'dev'],
    ['drover_deployments_in_flight', 3, 'prod'],
    ['drover_deployments_parked', 1, 'dev'],
    ['drover_deployments_parked', 1, 'prod'],
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
    return rounds > 4 && rounds <= 8 ? Promise.reject(new Error('away')) : Promise.resolve({ count: 2 });
  });
  await waitFor('the third round', () => told.length >= 12);
  ended.abort();
  await done;
  expect(told.slice(0, 12).map(([, value]) => value)).toEqual([
    ...[2, 2, 2, 2],
    ...[NaN, NaN, NaN, NaN],
    ...[2, 2, 2, 2],
  ]);
  expect(failures).toEqual(Array.from({ length: 4 }, () => 'drover_count_failures_total'));
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
