import { jsonLines } from '../../said';
import type { Row, Theme } from '../row';
import type { RowScene } from '../row-scene';
import {
  ENDLESS,
  forbidden,
  HOLD,
  inTurn,
  isNow,
  late,
  lostReply,
  met,
  ONE_BATCH,
  PAIR,
  says,
  SLOW,
  SOAK,
  UNHEALTHY,
  verifying,
  waiting,
} from '../means';

const DONE = ['upgrade', 'finishupgrade'];
const UNDONE = ['upgrade', 'rollback'];
const HOLDS = { state: 'active', runs: 2 } as const;
const BACK = { state: 'active', runs: 1 } as const;

const terminates = (one: RowScene): Promise<unknown> => one.workflow.terminate('by hand');
const cancels = (one: RowScene): Promise<unknown> => one.workflow.cancel();
const resets = (one: RowScene): Promise<unknown> => one.reset();

// Where it was is told by a worker that answers in time; who is busy may not, and then that is left out.
const byTermination = (says: RegExp, leaves: Row['leaves'], actions: readonly string[]) =>
  ({ verdict: 'interfered', exitCode: 10, says, leaves, actions }) as const;
const succeeded = {
  verdict: 'succeeded',
  exitCode: 0,
  says: /proven by version/,
  leaves: HOLDS,
  actions: DONE,
} as const;
const cancelled = (leaves: Row['leaves'], actions: readonly string[]) =>
  ({
    verdict: 'cancelled',
    exitCode: 6,
    says: /cancel by a cancellation in Temporal/,
    leaves,
    actions,
  }) as const;

/** The command followed the new run, said so, and told its lines once. */
const wasFollowedOn: NonNullable<Row['afterwards']> = async (one, ended) => {
  const lines = jsonLines(ended);
  const { runId } = await one.workflow.describe();
  expect(lines.filter(({ type }) => type === 'reset')).toMatchObject([{ runId, service: one.service }]);
  expect(lines.at(-1)).toMatchObject({ type: 'result', runId });
  const told = lines.filter(({ type }) => type === 'event').map(({ at, text }) => `${String(at)} ${String(text)}`);
  expect(new Set(told).size).toBe(told.length);
  // One deployment: its id, and with it the label of what was posted, outlives the reset.
  expect(new Set(lines.map(({ deploymentId }) => deploymentId)).size).toBe(1);
};

/** What somebody does to the workflow in Temporal, by its command or in Temporal Web, while the command follows. */
export const FROM_TEMPORAL: Theme = {
  title: "From Temporal's side",
  about:
    'A terminated workflow cannot tidy up: the command says where it was. A workflow that is reset goes on as another run, which is the ' +
    'same deployment: the command follows it, and nothing is posted twice. A cancellation in Temporal means `cancel`.',
  rows: [
    {
      title: 'somebody terminates the workflow while it is `waiting`',
      service: PAIR,
      args: ENDLESS,
      meanwhile: inTurn(waiting, terminates),
      ...byTermination(
        /Someone ended the workflow: it was terminated in Temporal \("by hand"\).*( It was in phase waiting, with upgrade 1 accepted; when last read, the service was upgrading \(primary example\/web-\d+:1 → example\/web-\d+:2\)|tidy up\.$)/,
        { state: 'upgrading' },
        ['upgrade'],
      ),
      plain: true,
    },
    {
      title: 'somebody terminates the workflow while the service is looked up',
      before: (one) => one.lookupFault({ kind: 'delay', millis: 1500 }),
      meanwhile: inTurn(met, terminates),
      ...byTermination(
        /terminated in Temporal.*( It was in phase resolving, and knew of no accepted upgrade\.|tidy up\.$)/,
        BACK,
        [],
      ),
    },
    {
      title: 'somebody terminates the workflow while it is held',
      service: PAIR,
      args: HOLD,
      interim: { verdict: 'held', exitCode: 0 },
      between: terminates,
      ...byTermination(/terminated in Temporal.*the service was upgraded/, { state: 'upgraded', runs: 2 }, ['upgrade']),
    },
    {
      title: 'somebody terminates the workflow while it rolls back: Rancher goes on with that',
      service: PAIR,
      args: ENDLESS,
      before: (one) => one.behaves(1, { pullMillis: 40_000 }),
      meanwhile: inTurn(waiting, says('cancel'), isNow('rolling-back'), terminates),
      ...byTermination(/terminated in Temporal.*(in phase rolling-back|tidy up\.$)/, BACK, UNDONE),
    },
    {
      title: 'somebody terminates the workflow while it is parked',
      environment: 'strict',
      ...UNHEALTHY,
      before: forbidden('rollback'),
      interim: { verdict: 'needs-attention', exitCode: 4 },
      between: terminates,
      ...byTermination(/terminated in Temporal.*(in phase parked|tidy up\.$)/, { state: 'upgrading' }, ['upgrade']),
    },
    {
      title: 'somebody deletes the workflow',
      service: PAIR,
      args: ENDLESS,
      meanwhile: inTurn(waiting, (one) => one.forget()),
      // Temporal terminates it first, and deletes it then: either is seen.
      ...byTermination(
        /Someone ended the workflow: .*(terminated in Temporal \("Delete workflow execution"\)|it was deleted)/,
        { state: 'upgrading' },
        ['upgrade'],
      ),
    },
    {
      title: 'somebody resets the workflow while it is `waiting`',
      service: PAIR,
      behaviour: SLOW,
      args: ONE_BATCH,
      meanwhile: inTurn(waiting, resets),
      ...succeeded,
      afterwards: wasFollowedOn,
    },
    {
      title: 'somebody resets the workflow while it is `waiting`, and `--redeploy` was asked for',
      service: PAIR,
      behaviour: SLOW,
      args: [...ONE_BATCH, '--redeploy', '--on-pending', 'abort'],
      meanwhile: inTurn(waiting, resets),
      ...succeeded,
      afterwards: wasFollowedOn,
    },
    {
      title: 'somebody resets the workflow while it is `verifying`',
      service: PAIR,
      args: [...SOAK, '--redeploy'],
      meanwhile: inTurn(verifying, resets),
      ...succeeded,
      afterwards: wasFollowedOn,
    },
    {
      title: 'somebody resets the workflow while its upgrade is on its way: that is waited out, and recognised',
      service: PAIR,
      args: [...ONE_BATCH, '--redeploy'],
      before: late('upgrade', 1000),
      meanwhile: inTurn(met, resets),
      ...succeeded,
      afterwards: async (one, ended) => {
        await wasFollowedOn(one, ended);
        // What the former run had under way was waited out: the new run has not even tried.
        expect(await one.sent('upgrade')).toBe(1);
      },
    },
    {
      title: 'somebody resets the workflow while it is held: it is held again, and confirmed',
      service: PAIR,
      args: [...HOLD, '--redeploy'],
      interim: { verdict: 'held', exitCode: 0 },
      between: inTurn(resets, (one) => one.reaches('confirming'), says('confirm')),
      ...succeeded,
    },
    {
      title: 'somebody resets the workflow after the finish was taken',
      service: PAIR,
      args: [...ONE_BATCH, '--redeploy'],
      before: lostReply('finishupgrade'),
      meanwhile: inTurn(met, isNow('active'), resets),
      ...succeeded,
      afterwards: wasFollowedOn,
    },
    {
      title: 'somebody resets the workflow after it had succeeded: nothing is done again',
      service: PAIR,
      args: [...ONE_BATCH, '--redeploy'],
      interim: { verdict: 'succeeded', exitCode: 0 },
      between: resets,
      ...succeeded,
    },
    {
      title: 'somebody resets the workflow after it had rolled back: nothing is done again',
      environment: 'strict',
      ...UNHEALTHY,
      interim: { verdict: 'rolled-back', exitCode: 3 },
      between: resets,
      verdict: 'interfered',
      exitCode: 10,
      says: /rolled the upgrade back \(or this deployment did, before its workflow was reset\); found active/,
      leaves: BACK,
      actions: UNDONE,
    },
    {
      title: 'somebody resets the workflow while it rolls back: it is rolled back, and not upgraded again',
      service: PAIR,
      args: ENDLESS,
      before: (one) => one.behaves(1, { pullMillis: 40_000 }),
      meanwhile: inTurn(waiting, says('cancel'), isNow('rolling-back'), resets),
      verdict: 'cancelled',
      exitCode: 6,
      says: /cancel by jane/,
      leaves: BACK,
      actions: UNDONE,
    },
    {
      title: 'somebody cancels in Temporal while the service is looked up',
      before: (one) => one.lookupFault({ kind: 'delay', millis: 1500 }),
      meanwhile: inTurn(met, cancels),
      ...cancelled(BACK, []),
    },
    {
      title: 'somebody cancels in Temporal while it is `waiting`',
      service: PAIR,
      args: ENDLESS,
      meanwhile: inTurn(waiting, cancels),
      ...cancelled(BACK, UNDONE),
    },
    {
      title: 'somebody cancels in Temporal while it is held',
      service: PAIR,
      args: HOLD,
      interim: { verdict: 'held', exitCode: 0 },
      between: cancels,
      ...cancelled(BACK, UNDONE),
    },
    {
      title: 'somebody cancels in Temporal after the finish was sent: there is no way back',
      service: PAIR,
      args: ONE_BATCH,
      before: late('finishupgrade', 1500),
      meanwhile: inTurn(met, cancels),
      ...succeeded,
      afterwards: async (_one, ended) => {
        expect(ended.stdout).toContain('cancel by a cancellation in Temporal is refused: the finish was sent');
      },
    },
  ],
};
