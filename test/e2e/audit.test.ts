import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { AuditEvent } from '../../client/audit';
import type { AuditGapError } from '../../client/errors/audit-gap-error';
import type { Ended } from '../support/started-process';
import { seedOf } from '../support/seeds';
import type { Service } from '../support/seeds';
import { Stack } from '../support/stack';
import { Command, STACK } from './command';
import type { JsonLine } from './said';
import { jsonLines } from './said';

const CANARY = 'canary-0f1e2d3c';
/** The export ends so long ago; and what ended has to be listed. */
const PATIENCE_MILLIS = 30_000;

const NAMES = ['good', 'stopped', 'signalled', 'killed', 'reset', 'deleted', 'kept', 'part', 'given'];
const service = (name: string): Service => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: `docker:example/${name}:1`, environment: { PASSWORD: CANARY } },
});

let stack: Stack;
let temporal: Client;
const about = (name: string): Command => new Command(stack, name, 'prod');
const workflowIdOf = (name: string): string => `deploy/prod/${STACK}/${name}`;

beforeAll(async () => {
  stack = await Stack.start({
    seed: seedOf(...NAMES.map(service)),
    environments: { prod: { project: 'Cases', variables: { password: 'PASSWORD' } } },
    workerEnv: { PASSWORD: CANARY },
  });
  temporal = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
}, 120_000);
afterAll(() => stack.close());

/** Exports until the lines of a service are as wanted: an export ends some seconds ago. */
async function exported(name: string, wanted: (lines: readonly JsonLine[]) => boolean): Promise<readonly JsonLine[]> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const ended = await audit();
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const all = jsonLines(ended);
    expect(all.at(-1)).toMatchObject({ type: 'audit', complete: true, events: all.length - 1, unreadable: 0 });
    const lines = all.filter((line) => line['service'] === name);
    if (wanted(lines)) return lines;
    if (Date.now() > deadline)
      throw new Error(`not as wanted: ${lines.map((line) => JSON.stringify(line)).join('\n')}`);
    await delay(500);
  }
}

const audit = (...more: string[]): Promise<Ended> => stack.drover(['audit', '--since', '1h', ...more]);
const isOver = (lines: readonly JsonLine[]): boolean => lines.at(-1)?.['event'] === 'verdict';
const summaryOf = (lines: readonly JsonLine[]): string[] =>
  lines.map(({ event, step, name, action, outcome, verdict, how }) =>
    [event, step, name, action, outcome, verdict, event === 'verdict' ? how : undefined]
      .filter((part) => part !== undefined && part !== null)
      .join(' '),
  );

describe('an audit', () => {
  it('tells who asked for what and why, what went to Rancher, and the verdict: in order, under lasting ids, with no value', async () => {
    const one = about('good');
    const why = ['--why', 'ticket 7', '--variable', 'PASSWORD=password', '--label', 'team=shop', '--request-id', 'r-7'];
    expect((await one.upgrade(...why)).code).toBe(0);
    const lines = await exported('good', isOver);
    expect(summaryOf(lines)).toEqual([
      'asked',
      'rancher begun upgrade',
      'rancher answered upgrade accepted',
      'rancher begun finish',
      'rancher answered finish sent',
      'verdict succeeded completed',
    ]);
    expect(lines[0]).toMatchObject({
      ...{ environment: 'prod', stack: STACK, service: 'good', workflowId: workflowIdOf('good') },
      ...{ requestId: 'r-7', why: 'ticket 7', image: 'example/good:2', variables: ['PASSWORD'], labels: ['team'] },
      by: expect.stringMatching(/\w+@/),
    });
    expect(lines[1]).toMatchObject({ round: 1, images: { primary: 'docker:example/good:2' } });
    expect(lines[2]).toMatchObject({ round: 1, attempts: 1, failure: null, begun: lines[1]?.['id'] });
    expect(lines[5]).toMatchObject({ rounds: 1, images: [{ config: 'primary', to: 'example/good:2' }] });
    const ids = lines.map(({ id }) => String(id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(new RegExp(`^${String(lines[0]?.['runId'])}/\\d+(/verdict)?$`));
    const times = lines.map(({ at }) => Date.parse(String(at)));
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    // Read again, by another process: the same lines.
    expect(await exported('good', isOver)).toEqual(lines);
    expect(JSON.stringify(lines)).not.toContain(CANARY);
  });

  it('tells who stepped in, by update, and what it meant', async () => {
    const one = about('stopped');
    expect((await one.upgrade('--hold')).code).toBe(0);
    expect((await one.run('cancel', '--why', 'wrong tag')).code).toBe(0);
    const lines = await exported('stopped', isOver);
    expect(lines.find(({ event }) => event === 'intervention')).toMatchObject({
      ...{ name: 'cancel', how: 'update', why: 'wrong tag', outcome: 'taken', phase: 'confirming' },
      by: expect.stringMatching(/\w+@/),
      meaning: 'restores the former configuration, proves it, and ends',
    });
    expect(summaryOf(lines).slice(-3)).toEqual([
      'rancher begun rollback',
      'rancher answered rollback sent',
      'verdict cancelled completed',
    ]);
  });

  it('tells signals, refused and unknown ones too, and a cancellation in Temporal', async () => {
    const one = about('signalled');
    expect((await one.upgrade('--hold')).code).toBe(0);
    const handle = temporal.workflow.getHandle(workflowIdOf('signalled'));
    await handle.signal('retry', { by: 'jane', why: 'impatient', id: 'm-1' });
    await handle.signal('retry', { by: 'jane', why: 'impatient', id: 'm-1' });
    await handle.signal('confirm-all', 'pat');
    await handle.cancel();
    await one.isOver();
    const lines = (await exported('signalled', isOver)).filter(({ event }) => event === 'intervention');
    expect(summaryOf(lines)).toEqual([
      'intervention retry refused',
      'intervention retry repeated',
      'intervention confirm-all ignored',
      'intervention cancel taken',
    ]);
    expect(lines[0]).toMatchObject({ how: 'signal', by: 'jane', why: 'impatient', phase: 'confirming' });
    expect(lines[2]).toMatchObject({ how: 'signal', by: 'pat' });
    expect(lines[3]).toMatchObject({ how: 'Temporal', by: null, identity: expect.stringMatching(/@/) });
    // As the deployment itself wrote it down.
    const said = (await one.progress())?.events.map(({ text }) => text).join('\n') ?? '';
    expect(said).toContain(`retry by jane (impatient) is refused: ${String(lines[0]?.['meaning'])}`);
  });

  it('tells of a terminated workflow: by whom, why, and what was under way in Rancher', async () => {
    const one = about('killed');
    expect((await one.upgrade('--hold')).code).toBe(0);
    await temporal.workflow.getHandle(workflowIdOf('killed')).terminate('the cluster moves');
    const lines = await exported('killed', isOver);
    expect(summaryOf(lines).slice(-3)).toEqual([
      'rancher answered upgrade accepted',
      'intervention terminate taken',
      'verdict terminated',
    ]);
    expect(lines.at(-2)).toMatchObject({ how: 'Temporal', why: 'the cluster moves', phase: 'confirming' });
    expect(lines.at(-1)).toMatchObject({ verdict: null, reason: 'the cluster moves', rounds: null });
  });

  it('tells a reset, and nothing twice', async () => {
    const one = about('reset');
    expect((await one.upgrade('--hold')).code).toBe(0);
    const before = await temporal.workflow.getHandle(workflowIdOf('reset')).describe();
    const { runId } = await temporal.workflowService.resetWorkflowExecution({
      namespace: stack.temporal.namespace,
      workflowExecution: { workflowId: workflowIdOf('reset'), runId: before.runId },
      reason: 'a bad build of the worker',
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    });
    await one.reaches('confirming');
    expect((await one.run('confirm')).code).toBe(0);
    const lines = await exported('reset', isOver);
    expect(summaryOf(lines)).toEqual([
      'asked',
      'rancher begun upgrade',
      'rancher answered upgrade accepted',
      'intervention terminate taken',
      'verdict terminated',
      'intervention reset taken',
      'intervention confirm taken',
      'rancher begun finish',
      'rancher answered finish sent',
      'verdict succeeded completed',
    ]);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    expect(lines.slice(0, 5).every((line) => line['runId'] === before.runId)).toBe(true);
    expect(lines.slice(5).every((line) => line['runId'] === runId)).toBe(true);
    expect(lines[3]).toMatchObject({ why: 'a bad build of the worker', meaning: expect.stringMatching(/by a reset/) });
    expect(lines[5]).toMatchObject({ how: 'Temporal', why: 'a bad build of the worker' });
  });

  it('tells who asked for a release, who confirmed it, and that its deployment was told so', async () => {
    const file = join(stack.folder, 'release.yaml');
    writeFileSync(
      file,
      `name: the shop\nenvironment: prod\nconfirm: manual\nservices:\n  ${STACK}/part:\n    image: example/part:2\n`,
    );
    const asked = await stack.drover(['release', '-f', file, '--detach', '--why', 'ticket 9']);
    expect([asked.code, asked.stderr]).toEqual([5, '']);
    const [, releaseId = 'none'] = /release (r[0-9a-f]{12})/.exec(asked.stdout) ?? [];
    await about('part').reaches('confirming');
    const deadline = Date.now() + PATIENCE_MILLIS;
    for (;;) {
      const confirmed = await stack.drover(['confirm', '--release', releaseId, '--why', 'looks good']);
      if (confirmed.code === 0) break;
      if (Date.now() > deadline) throw new Error(`nobody may confirm it: ${confirmed.stderr}`);
      await delay(200);
    }
    const part = await exported('part', isOver);
    expect(part.filter(({ event }) => event === 'intervention')).toMatchObject([
      { name: 'decide', how: 'signal', outcome: 'taken', by: expect.stringMatching(/\w+@/), releaseId },
    ]);
    const all = await releaseLines(releaseId);
    expect(all).toMatchObject([
      { event: 'asked', by: expect.stringMatching(/\w+@/), why: 'ticket 9', services: [`prod/${STACK}/part`] },
      {
        event: 'intervention',
        name: 'confirm',
        how: 'update',
        why: 'looks good',
        outcome: 'taken',
        phase: 'confirming',
      },
      { event: 'verdict', verdict: 'succeeded', how: 'completed' },
    ]);
    for (const line of all) expect(line).toMatchObject({ kind: 'release', title: 'the shop', environment: 'prod' });
  });

  async function releaseLines(releaseId: string): Promise<readonly JsonLine[]> {
    const deadline = Date.now() + PATIENCE_MILLIS;
    for (;;) {
      const all = jsonLines(await audit('--environment', 'prod'));
      const lines = all.filter((line) => line['kind'] === 'release' && line['releaseId'] === releaseId);
      if (isOver(lines)) return lines;
      if (Date.now() > deadline) throw new Error(`not over: ${lines.map((line) => JSON.stringify(line)).join('\n')}`);
      await delay(500);
    }
  }

  it('tells that a lane had a deployment give way to a newer one, and for whom', async () => {
    const one = about('given');
    expect((await one.upgrade('--hold')).code).toBe(0);
    expect((await one.upgrade('--image', one.image(3), '--when-busy', 'supersede')).code).toBe(0);
    const lines = await exported('given', (told) => told.filter(({ event }) => event === 'verdict').length === 2);
    expect(lines.filter(({ event }) => event === 'intervention')).toMatchObject([
      { name: 'supersede', outcome: 'taken', by: expect.stringMatching(/\w+@/), why: expect.stringMatching(/\w/) },
    ]);
  });

  it('fails loudly where the history of a listed deployment is gone, after everything else', async () => {
    for (const name of ['deleted', 'kept']) expect((await about(name).upgrade()).code).toBe(0);
    await exported('kept', isOver);
    const gone = await temporal.workflow.getHandle(workflowIdOf('deleted')).describe();
    const events = stack.client.audit({ since: Date.now() - 3_600_000 });
    const told: AuditEvent[] = [];
    const failure = await (async (): Promise<AuditGapError> => {
      try {
        for (;;) {
          const next = await events.next();
          if (next.done === true) throw new Error(`it is whole: ${JSON.stringify(next.value)}`);
          // Once it has begun, the list is read.
          if (told.length === 0) await removed('deleted', gone.runId);
          told.push(next.value);
        }
      } catch (error) {
        return error as AuditGapError;
      }
    })();
    expect(failure).toMatchObject({ name: 'AuditGapError', verdict: 'needs-attention' });
    expect(failure.missing).toEqual([
      expect.stringContaining(`${workflowIdOf('deleted')}, run ${gone.runId}, started at 20`),
    ]);
    expect(failure.message).toContain('it is listed, and its history is gone');
    expect(told.some((event) => event.service === 'deleted')).toBe(false);
    expect(told.filter((event) => event.service === 'kept').length).toBeGreaterThan(4);
  });

  /** Deletes a run altogether, and waits until Temporal has done it. */
  async function removed(name: string, runId: string): Promise<void> {
    const workflowExecution = { workflowId: workflowIdOf(name), runId };
    const { namespace } = stack.temporal;
    await temporal.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
    const isThere = (): Promise<boolean> =>
      temporal.workflowService.getWorkflowExecutionHistory({ namespace, execution: workflowExecution }).then(
        () => true,
        () => false,
      );
    while (await isThere()) await delay(50);
  }

  it('fails before it tells anything where it is asked for more than the namespace keeps', async () => {
    const { code, stdout, stderr } = await stack.drover(['audit', '--since', '7d']);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(
      /^drover: The audit would have a gap: it is asked for since .*, and this namespace keeps what is over for 1 d/,
    );
    expect(stderr).toContain('Ask for less (--since 23h)');
    const json = await stack.drover(['audit', '--since', '7d', '--json']);
    expect(json.code).toBe(4);
    expect(jsonLines(json)).toMatchObject([{ type: 'result', verdict: 'needs-attention', exitCode: 4 }]);
  });
});
