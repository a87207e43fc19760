import { expectPlain, jsonLines } from '../../said';
import type { Row, Theme } from '../row';
import type { RowScene } from '../row-scene';
import { ENDLESS, inTurn, isNow, ONE_BATCH, PAIR, says, SLOW, waiting } from '../means';

const DONE = ['upgrade', 'finishupgrade'];
const HOLDS = { state: 'active', runs: 2 } as const;
const BACK = { state: 'active', runs: 1 } as const;
const UNDER_WAY = { state: 'upgrading' } as const;
const succeeded = {
  verdict: 'succeeded',
  exitCode: 0,
  says: /proven by version/,
  leaves: HOLDS,
  actions: DONE,
} as const;
const detached = { verdict: 'detached', exitCode: 5, leaves: UNDER_WAY, actions: ['upgrade'] } as const;
const cleanUp = inTurn(says('cancel'), isNow('active'));

/** Another request is under way, detached. */
const underWay =
  (id: string, ...args: readonly string[]) =>
  async (one: RowScene): Promise<void> => {
    expect((await one.upgrade('--request-id', id, '--detach', ...ENDLESS, ...args)).code).toBe(5);
    await waiting(one);
  };

/** A first command that watches is ended by a signal. */
const firstEndsBy =
  (signal: NodeJS.Signals, code: number | null, ...args: readonly string[]): NonNullable<Row['before']> =>
  async (one) => {
    const first = one.startUpgrade('--request-id', one.requestId, ...args);
    await first.saysOnStdout(/ waiting: /);
    const ended = await first.kill(signal);
    expect(ended.code).toBe(code);
    if (code !== 5) return;
    expectPlain(ended, one.target, 'detached');
    expect(ended.stdout).toContain('the deployment goes on');
  };

const attached: NonNullable<Row['afterwards']> = async (_one, ended) => {
  expect(jsonLines(ended)[0]).toMatchObject({ type: 'deployment', how: 'attached' });
};

/** What becomes of a deployment when the command that watches comes, goes, or is one of many. */
export const THE_CLIENT: Theme = {
  title: 'The command that watches',
  about: 'It may stop, be killed, or be run again at any moment: that changes nothing but who is watching.',
  rows: [
    {
      title: '`--detach` is asked for',
      service: PAIR,
      args: [...ENDLESS, '--detach'],
      ...detached,
      says: /The deployment goes on, as asked without anybody watching/,
      between: waiting,
      afterwards: cleanUp,
      leaves: UNDER_WAY,
    },
    {
      title: '`--follow-timeout` is over',
      service: PAIR,
      args: [...ENDLESS, '--follow-timeout', '4s'],
      ...detached,
      says: /the time to follow it is over; the deployment goes on/,
      between: waiting,
      afterwards: cleanUp,
    },
    {
      title: 'it is run again while the deployment is under way, and stops watching',
      service: PAIR,
      before: (one) => underWay(one.requestId)(one),
      args: [...ENDLESS, '--follow-timeout', '1s'],
      ...detached,
      says: /the time to follow it is over/,
      afterwards: cleanUp,
    },
    {
      title: 'it is interrupted (SIGINT: 5) and run again: it attaches',
      service: PAIR,
      behaviour: { pullMillis: 200_000 },
      before: firstEndsBy('SIGINT', 5, ...ONE_BATCH),
      args: ONE_BATCH,
      ...succeeded,
      afterwards: attached,
    },
    {
      title: 'it is told to end (SIGTERM: 5), and run again when the deployment has ended with nobody watching',
      service: PAIR,
      behaviour: SLOW,
      before: inTurn(firstEndsBy('SIGTERM', 5, ...ONE_BATCH), (one) => one.isClosed()),
      args: ONE_BATCH,
      ...succeeded,
      plain: true,
    },
    {
      title: 'it is killed (-9) and run again',
      service: PAIR,
      behaviour: { pullMillis: 200_000 },
      before: firstEndsBy('SIGKILL', null, ...ONE_BATCH),
      args: ONE_BATCH,
      ...succeeded,
      afterwards: attached,
    },
    {
      title: 'another request for the service is under way',
      service: PAIR,
      before: underWay('request-other', '--image', 'example/another:3'),
      verdict: 'refused',
      exitCode: 7,
      says: /is busy: .+@.+ deploys example\/another:3 there since \d{4}-.*\(phase waiting, request request-other\)/,
      leaves: UNDER_WAY,
      actions: ['upgrade'],
      afterwards: cleanUp,
    },
    {
      title: 'the same request id is under way with other content',
      service: PAIR,
      before: (one) => underWay(one.requestId, '--image', 'example/another:3')(one),
      args: ENDLESS,
      verdict: 'invalid',
      exitCode: 2,
      says: /request-web-\d+" was made .* another image \(example\/another:3 then, example\/web-\d+:2 now\)/,
      leaves: UNDER_WAY,
      actions: ['upgrade'],
      afterwards: cleanUp,
    },
    {
      title: 'the same request id was used with other content, and is over',
      before: async (one) => {
        expect((await one.upgrade('--request-id', one.requestId, '--image', 'example/another:3')).code).toBe(0);
      },
      verdict: 'invalid',
      exitCode: 2,
      says: /another image/,
      leaves: { state: 'active', runs: 'example/another:3' },
      actions: DONE,
    },
  ],
};

/** Something that has to be there is not. */
export const NOT_THERE: Theme = {
  title: 'Something is not there, not allowed, or wrong',
  about: 'Nothing is changed, and it is said what to do.',
  rows: [
    {
      title: 'a sidekick that the service does not have',
      args: ['--sidekick', 'loger=example/logger:2'],
      verdict: 'invalid',
      exitCode: 2,
      says: /has no sidekick "loger": it has none/,
      leaves: BACK,
      actions: [],
      plain: true,
    },
    {
      title: 'a reference to a variable that the worker does not know',
      args: ['--variable', 'PASSWORD=db-pasword'],
      verdict: 'invalid',
      exitCode: 2,
      says: /variable PASSWORD: .*has no variable of the name that the request refers to.*did you mean db-password/,
      leaves: BACK,
      actions: [],
    },
    {
      title: 'an option that there is not',
      args: ['--imge', 'example/web:2'],
      verdict: 'invalid',
      exitCode: 2,
      says: /--imge/,
      leaves: BACK,
      actions: [],
    },
    {
      title: 'a service that there is not',
      args: [],
      before: inTurn((one) => one.person('remove'), isNow('removed')),
      verdict: 'refused',
      exitCode: 7,
      says: /no service/i,
      leaves: { state: 'removed' },
      actions: ['remove'],
    },
    {
      title: 'a key that may not upgrade',
      environment: 'readonly',
      verdict: 'refused',
      exitCode: 7,
      says: /may not upgrade|not permitted|InvalidAction/,
      leaves: BACK,
      actions: [],
    },
    {
      title: 'Rancher does not answer',
      environment: 'impatient',
      before: (one) => one.lookupFault({ kind: 'status', status: 503, body: 'down' }, 0),
      verdict: 'unreachable',
      exitCode: 9,
      says: /Rancher (cannot be reached: .*503|hangs).* \(for \d+ s\)/s,
      leaves: BACK,
      actions: [],
      plain: true,
    },
    {
      title: 'nothing listens where Rancher is to be',
      environment: 'away',
      verdict: 'unreachable',
      exitCode: 9,
      says: /Rancher (cannot be reached: .*nothing listens on that port|hangs).* \(for \d+ s\)/,
      leaves: BACK,
      actions: [],
    },
    {
      title: 'no worker serves the environment, or its name is mistyped',
      environment: 'nobody',
      verdict: 'unreachable',
      exitCode: 9,
      says: /No worker serves the environment "nobody": either its worker is down, or the name is mistyped/,
      leaves: BACK,
      actions: [],
    },
    {
      title: "the environment's worker went away a moment ago",
      environment: 'remote',
      before: (one) => one.workerThatGoes(),
      verdict: 'unreachable',
      exitCode: 9,
      // Temporal forgets a worker that is gone after a while: before that it is asked in vain.
      says: /no worker (answered for|serves) the environment "remote"/i,
      leaves: BACK,
      actions: [],
    },
    {
      title: 'Temporal is away',
      verdict: 'unreachable',
      exitCode: 9,
      says: /Temporal does not answer at 127\.0\.0\.1:1 /,
      args: ['--address', '127.0.0.1:1'],
      leaves: BACK,
      actions: [],
    },
  ],
};
