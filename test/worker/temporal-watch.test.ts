import { TemporalWatch } from '../../worker/temporal-watch';

/** As the SDK's core writes it. */
const retried = (times: number) => ({
  message: `gRPC call poll_workflow_task_queue retried ${times} times`,
  meta: { error: 'Status { code: Unavailable, message: "tcp connect error" }' },
});

/** A watch on a clock and timers that the test moves. */
function watching(): { watch: TemporalWatch; told: string[]; pass: (millis: number) => Promise<void> } {
  const told: string[] = [];
  const watch = new TemporalWatch({ say: (text) => told.push(text), now: () => Date.now() });
  return { watch, told, pass: (millis) => jest.advanceTimersByTimeAsync(millis) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('an hour of retries of many calls is told in two lines: it went, and it is back', async () => {
  const { watch, told, pass } = watching();
  let isBack = false;
  watch.askBy(async () => {
    if (!isBack) throw new Error('connection refused');
  });
  for (let times = 6; times < 366; times += 1) {
    for (let poller = 0; poller < 10; poller += 1) expect(watch.takes(retried(times))).toBe(true);
    await pass(10_000);
  }
  isBack = true;
  await pass(15_000);
  expect(told).toEqual([
    expect.stringMatching(/^Temporal does not answer; .*retried 6 times: .*tcp connect error/),
    expect.stringMatching(/^Temporal answers again, after about 36\d\d s$/),
  ]);
  await pass(3_600_000);
  expect(told).toHaveLength(2);
});

test('silence is no answer: calls to a Temporal that hangs may take a minute to fail', async () => {
  const { watch, told, pass } = watching();
  watch.askBy(() => Promise.reject(new Error('no answer in time')));
  watch.takes(retried(6));
  await pass(600_000);
  expect(told).toHaveLength(1);
});

test('the next outage is told again', async () => {
  const { watch, told, pass } = watching();
  for (let outage = 0; outage < 3; outage += 1) {
    watch.takes(retried(6));
    await pass(15_000);
  }
  expect(told).toHaveLength(6);
});

test('a workflow task that was under way is part of it; one that Temporal refused is not', () => {
  const message = 'Error while completing workflow activation';
  const away = 'code: \'The service is currently unavailable\', message: "tcp connect error"';
  expect(watching().watch.takes({ message, meta: { error: away } })).toBe(true);
  expect(watching().watch.takes({ message, meta: { error: "code: 'Client specified an invalid argument'" } })).toBe(
    false,
  );
});

test.each(['Network error while responding to legacy query', 'gRPC call respond_query_task_completed retried 5 times'])(
  '"%s" is part of it',
  (message) => {
    expect(watching().watch.takes({ message })).toBe(true);
  },
);

test.each(['Activity failed', 'Failing workflow task', 'Worker state changed'])('"%s" is not', (message) => {
  const { watch, told } = watching();
  expect(watch.takes({ message, meta: {} })).toBe(false);
  expect(told).toEqual([]);
});
