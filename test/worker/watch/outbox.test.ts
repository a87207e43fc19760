import { Outbox } from '../../../worker/watch/outbox';
import { waitFor } from '../wait-for';
import { follower } from './watched';

test('what Temporal does not take is given up after some attempts, and the next one is sent', async () => {
  let attempts = 0;
  const told: string[] = [];
  const outbox = new Outbox({
    send: (_, { saw }) => {
      attempts += 1;
      return saw === 'state' ? Promise.reject(new Error('away')) : Promise.resolve('sent');
    },
    onSent: ({ saw }) => void told.push(`sent ${saw}`),
    onGone: () => undefined,
    onGivenUp: ({ saw }) => void told.push(`given up ${saw}`),
    ...{ firstPauseMillis: 1, attempts: 3 },
  });
  outbox.put(follower('deploy'), { saw: 'state' });
  await waitFor('the first attempt', () => attempts === 3);
  outbox.put(follower('deploy'), { saw: 'health' });
  await waitFor('the second nudge', () => told.length === 2);
  expect(told).toEqual(['given up state', 'sent health']);
  await outbox.close();
});

test('of what comes together for one workflow the most telling is sent; others do not wait for it', async () => {
  const sent: string[] = [];
  const outbox = new Outbox({
    send: ({ workflowId }, { saw }) => {
      sent.push(`${workflowId} ${saw}`);
      return Promise.resolve('sent');
    },
    onGone: () => undefined,
  });
  for (const saw of ['progress', 'nearly-done', 'state', 'message', 'check'] as const)
    outbox.put(follower('deploy'), { saw });
  outbox.put(follower('other'), { saw: 'progress' });
  await waitFor('both', () => sent.length === 2);
  expect(sent).toEqual(['deploy message', 'other progress']);
  await outbox.close();
});

test('at most twenty signals are under way at once, and the rest follows', async () => {
  const waiting: (() => void)[] = [];
  let [underWay, most, done] = [0, 0, 0];
  const outbox = new Outbox({
    send: async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => waiting.push(resolve));
      underWay -= 1;
      return 'sent';
    },
    onSent: () => void (done += 1),
    onGone: () => undefined,
  });
  for (let index = 0; index < 50; index += 1) outbox.put(follower(`deploy ${index}`), { saw: 'state' });
  await waitFor('all of them', () => {
    for (const resolve of waiting.splice(0)) resolve();
    return done === 50;
  });
  expect(most).toBe(20);
  await outbox.close();
});

test('closed, it waits for what is under way and sends nothing more', async () => {
  let [attempts, finish] = [0, (): void => undefined];
  const outbox = new Outbox({
    send: () => {
      attempts += 1;
      return new Promise((_, reject) => (finish = () => reject(new Error('away'))));
    },
    onGone: () => undefined,
  });
  outbox.put(follower('deploy'), { saw: 'state' });
  await waitFor('the attempt', () => attempts === 1);
  outbox.put(follower('deploy'), { saw: 'health' });
  let isClosed = false;
  const closed = outbox.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  finish();
  await closed;
  outbox.put(follower('deploy'), { saw: 'state' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(attempts).toBe(1);
});
