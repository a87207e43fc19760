import type { Follower } from '../../../activities/service-watch';
import { checkRunning } from '../../../worker/watch/check-running';
import { follower } from './watched';

async function* list(...names: string[]): AsyncGenerator<Follower> {
  for (const name of names) {
    await Promise.resolve();
    if (name === 'away') throw new Error('Temporal is away');
    yield follower(name);
  }
}

/** Of the last environment on, Temporal is back. */
const RUNNING: Readonly<Record<string, readonly string[]>> = {
  prod: ['first', 'gone', 'away', 'never'],
  dev: ['second', 'here', 'fails', 'third'],
};

function checking(signal = new AbortController().signal) {
  const sent: unknown[] = [];
  let isBack = false;
  const done = checkRunning({
    ...{ environments: ['prod', 'dev', 'test'], signal, afterMillis: 0, apartMillis: 0, againMillis: 1 },
    running: (environment) => {
      if (environment === 'test') isBack = true;
      const names = RUNNING[environment] ?? [];
      return list(...(isBack ? names.filter((name) => name !== 'away') : names));
    },
    isFollowed: (environment, { workflowId }) => environment === 'dev' && workflowId === 'here',
    send: ({ workflowId }, nudge) => {
      sent.push([workflowId, nudge]);
      if (workflowId === 'fails' && !isBack) return Promise.reject(new Error('no answer'));
      return Promise.resolve(workflowId === 'gone' ? 'gone' : 'sent');
    },
  });
  return { sent, done };
}

test('each deployment that runs and has not come to this worker meanwhile is told to check, once; what could not be listed or told is tried again', async () => {
  const { sent, done } = checking();
  await done;
  const names = ['first', 'gone', 'second', 'fails', 'third', 'never', 'fails'];
  expect(sent).toEqual(names.map((name) => [name, { saw: 'check' }]));
});

test('a worker that ends tells nobody any more', async () => {
  const { sent, done } = checking(AbortSignal.abort());
  await done;
  expect(sent).toEqual([]);
});
