import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { Ended } from '../support/started-process';
import { seedOf } from '../support/seeds';
import type { Service } from '../support/seeds';
import { Stack } from '../support/stack';
import { Command, STACK } from './command';
import { jsonLines } from './said';

const CANARY = 'canary-4d3c2b1a';
const service = (name: string): Service => ({
  name,
  scale: 1,
  launchConfig: { imageUuid: `docker:example/${name}:1`, environment: { PASSWORD: CANARY } },
});

let stack: Stack;
const about = (name: string): Command => new Command(stack, name, 'prod');
const lines = ({ stdout }: Ended): string[] => stdout.trimEnd().split('\n');

beforeAll(async () => {
  stack = await Stack.start({
    seed: {
      ...seedOf(...['broken', 'held', 'chatty', 'killed', 'alone'].map(service)),
      behaviours: [{ image: 'example/broken:2', startFails: true }],
    },
    environments: { prod: { project: 'Cases' } },
    policy: { stallLimit: '3s' },
  });
}, 120_000);
afterAll(() => stack.close());

/** What was asked for, of which nothing may be in anything that is shown. */
function expectNoSecret(...shown: readonly string[]): void {
  for (const text of shown) expect(text).not.toContain(CANARY);
}

it('a deployment that failed is explained, in the terminal and on a page, long after its containers are gone', async () => {
  const one = about('broken');
  expect((await one.upgrade('--why', 'ticket <7>', '--request-id', 'r/1')).code).toBe(3);
  const why = await one.run('why');
  expect([why.code, why.stderr]).toEqual([0, '']);
  expect(why.stdout).toMatch(/^cases\/broken in prod: over \(d[0-9a-f]+, request r\/1\), by /);
  expect(why.stdout).toMatch(/^ {2}verdict {3}rolled-back: it did not hold/m);
  expect(why.stdout).toMatch(/^ {2}step {6}waiting \(waiting for Rancher to replace the containers\)/m);
  expect(why.stdout).toMatch(/^ {2}container \S+ \(primary, new\): \S+/m);
  expect(why.stdout).toMatch(/^ {2}log {7}\d{4}-\S+Z \w+ \S/m);
  expect(why.stdout).toMatch(/^ {12}drover upgrade prod cases\/broken --image example\/broken:2 # /m);
  expect(why.stdout).toMatch(/^ {2}rancher {3}http:\/\/127\.0\.0\.1:\d+\/\S+$/m);
  const [said] = jsonLines(await one.run('why', '--json'));
  expect(said).toMatchObject({ type: 'why', verdict: 'rolled-back', requestId: 'r/1', phase: 'done' });
  expect(said?.['diagnosis']).toMatchObject({ containers: [{ isNew: true }] });

  const written = await one.run('report', '--html', 'report.html');
  expect([written.code, written.stdout]).toEqual([0, 'report.html: rolled-back\n']);
  const page = readFileSync(join(stack.folder, 'report.html'), 'utf8');
  const printed = await one.run('report', '--html', '-');
  expect([printed.code, printed.stdout.slice(0, 15).toLowerCase()]).toEqual([0, '<!doctype html>']);
  expect(page).toContain('ticket &lt;7&gt;');
  expect(page).toMatch(/<code>example\/broken:1<\/code><\/td>\s*<td[^>]*><code>example\/broken:2<\/code>/);
  expect(page).toMatch(/rolled-back \(exit code 3\)/);
  expect(page).not.toMatch(/<script/);
  expect(readdirSync(stack.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expectNoSecret(why.stdout, page, JSON.stringify(said));
});

it('the history of a service lists its deployments, the newest first, and shows each with its logbook', async () => {
  const one = about('broken');
  expect((await one.upgrade('--image', 'example/broken:3', '--request-id', 'r/2')).code).toBe(0);
  // What Temporal lists comes a moment later.
  let listed = await one.run('history');
  while (!listed.stdout.includes('r/2') || !listed.stdout.includes(' succeeded ')) listed = await one.run('history');
  expect(
    lines(listed)
      .slice(0, 3)
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['STARTED', 'VERDICT OR PHASE', 'TOOK', 'IMAGE', 'BY', 'REQUEST'],
    [expect.any(String), 'succeeded', expect.any(String), 'example/broken:3', expect.any(String), 'r/2'],
    [expect.any(String), 'rolled-back', expect.any(String), 'example/broken:2', expect.any(String), 'r/1'],
  ]);
  expect(lines(await one.run('history', '--last', '1'))).toHaveLength(2);
  expect(jsonLines(await one.run('history', '--json'))).toMatchObject([{ requestId: 'r/2' }, { requestId: 'r/1' }]);

  const chosen = await one.run('history', '--request', 'r/1');
  expect(chosen.code).toBe(0);
  expect(chosen.stdout).toMatch(/^cases\/broken in prod: rolled-back \(d[0-9a-f]+, request r\/1\).*: ticket <7>$/m);
  expect(chosen.stdout).toMatch(
    /^\d{4}-\S+Z info resolving: .* asked for cases\/broken → example\/broken:2 in prod: ticket <7>$/m,
  );
  expect(chosen.stdout).toMatch(/^\d{4}-\S+Z error done: rolled-back: /m);
  // By the deployment's own id, too.
  const id = /\((d[0-9a-f]+), request r\/1\)/.exec(chosen.stdout)?.[1] ?? '';
  expect((await one.run('history', '--request', id)).stdout).toBe(chosen.stdout);
  expect((await one.run('why', '--request', 'r/1')).stdout).toContain('rolled-back');
  const unknown = await one.run('history', '--request', 'r/3');
  expect([unknown.code, unknown.stdout]).toEqual([7, '']);
  expect(unknown.stderr).toContain('knows no deployment of prod cases/broken for the request "r/3"');
  expectNoSecret(listed.stdout, chosen.stdout);
});

it('the timeline of one that runs goes up to now, and is a table where the output is no terminal', async () => {
  const one = about('held');
  expect((await one.upgrade('--hold')).code).toBe(0);
  const { code, stdout } = await one.run('timeline');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^cases\/held in prod: confirming, .* so far \(/);
  expect(stdout).toMatch(/^PHASE +FROM +TOOK +SHARE$/m);
  expect(stdout).toMatch(/^confirming +\d{4}-\S+Z +\S+ s so far +\d+ %$/m);
  expect(stdout).not.toMatch(/[^\n\P{Cc}]|█/u);
  const [said] = jsonLines(await one.run('timeline', '--json'));
  expect(said).toMatchObject({ type: 'timeline', verdict: null, phase: 'confirming' });
  const why = await one.run('why');
  expect(why.stdout).toMatch(/^ {12}drover confirm prod cases\/held # /m);
  expect(why.stdout).toMatch(/^ {12}drover rollback prod cases\/held # /m);
  const elsewhere = await one.run('confirm', '--request', 'another');
  expect([elsewhere.code, elsewhere.stdout]).toEqual([7, '']);
  expect(elsewhere.stderr).toMatch(
    /no deployment of prod cases\/held for the request "another"\. Another one runs there now: request "/,
  );
  expect((await one.run('confirm', '--request', String(said?.['deploymentId']))).code).toBe(0);
  await one.isOver();
  const [over] = jsonLines(await one.run('timeline', '--json'));
  const phases = (over?.['timeline'] as readonly { phase: string }[]).map(({ phase }) => phase);
  expect(phases[0]).toBe('resolving');
  expect(phases.at(-1)).toBe('finishing');
  expect(over).toMatchObject({ verdict: 'succeeded' });
});

it('a logbook of more lines than a deployment keeps goes back to its beginning, and says what is told otherwise', async () => {
  const one = about('chatty');
  expect((await one.upgrade('--hold', '--why', 'first of all')).code).toBe(0);
  const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  const handle = client.workflow.getHandle(`deploy/prod/${STACK}/chatty`);
  for (let count = 1; count <= 120; count += 1) await handle.signal('retry', { by: `caller ${String(count)}` });
  let progress = await one.progress();
  while ((progress?.eventCount ?? 0) < 120) progress = await one.progress();
  const all = jsonLines(await one.run('history', '--request', progress?.requestId ?? '', '--json'));
  expect(all.find(({ type }) => type === 'logbook')).toMatchObject({
    kept: 100,
    note: expect.stringMatching(/keeps its last 100 lines/),
  });
  const events = all.filter(({ type }) => type === 'event');
  expect(events[0]).toMatchObject({ from: 'history', text: expect.stringMatching(/asked for .*: first of all$/) });
  for (let count = 1; count <= 120; count += 1)
    expect(
      events.filter(({ text }) => String(text).includes(`retry by caller ${String(count)} is refused`)),
    ).toHaveLength(1);
});

it('what somebody ended in Temporal is told too, and what no worker answers for', async () => {
  const one = about('killed');
  expect((await one.upgrade('--hold')).code).toBe(0);
  const client = new Client({ connection: stack.connection, namespace: stack.temporal.namespace });
  await client.workflow.getHandle(`deploy/prod/${STACK}/killed`).terminate('the cluster moves');
  const why = await one.run('why');
  expect(why.code).toBe(0);
  expect(why.stdout).toMatch(/^ {2}verdict {3}interfered: /m);
  expect(why.stdout).toContain('the cluster moves');
  expect(why.stdout).toMatch(/^ {12}drover orphans prod # /m);
  expect((await one.run('timeline')).stdout).toMatch(/^confirming +/m);

  const alone = about('alone');
  expect((await alone.upgrade('--hold')).code).toBe(0);
  await stack.killWorker();
  const last = await alone.run('status');
  expect(last.stdout).toMatch(/^ {2}phase {5}confirming for .*, as last known: no worker answers;/m);
  const [silent, book] = [await alone.run('why'), await alone.run('report', '--html', 'alone.html')];
  expect([silent.code, book.code]).toEqual([0, 0]);
  expect(silent.stdout).toMatch(/^ {2}now {7}it runs, and no worker answers$/m);
  expect(silent.stdout).toMatch(/^ {2}step {6}confirming \(/m);
  const page = readFileSync(join(stack.folder, 'alone.html'), 'utf8');
  expect(page).toContain('No worker answers, so this is told from the history in Temporal');
  expect(page).toMatch(/<code>example\/alone:1<\/code><\/td>\s*<td[^>]*><code>example\/alone:2<\/code>/);
});

it('a page is refused before anything is asked where it cannot be written', async () => {
  mkdirSync(join(stack.folder, 'there'));
  const refused = await about('held').run('report', '--html', 'there');
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('drover: --html: "there" is a folder');
  const none = await about('nobody').run('report', '--html', 'none.html');
  expect([none.code, existsSync(join(stack.folder, 'none.html'))]).toEqual([7, false]);
});
