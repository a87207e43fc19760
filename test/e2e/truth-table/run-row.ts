import type { Verdict } from '../../../decision/verdict';
import { VERDICTS } from '../../../decision/verdict';
import type { Ended } from '../../support/started-process';
import { STACK } from '../command';
import { expectPlain, jsonLines, resultOf } from '../said';
import type { JsonLine } from '../said';
import { contradictions, expectLeft, isLeftAs } from './record';
import type { Row } from './row';
import type { RowScene } from './row-scene';

/** One row, from the command's start to what everybody says afterwards. */
export async function runRow(row: Row, one: RowScene): Promise<void> {
  expect(isLeftAs(row.verdict, row.leaves)).toBe(true);
  const { args = [], verdict, exitCode, says, actions, interim } = row;
  const json = row.plain === true ? [] : ['--json'];
  const request = ['--request-id', one.requestId, ...args];

  await row.before?.(one);
  const running = one.startUpgrade(...request, ...json);
  try {
    await row.meanwhile?.(one);
  } catch (error) {
    throw new Error(`${String(error)}\nthe command said: ${running.stdout}${running.stderr}`, { cause: error });
  }
  let ended = await running.ended;
  if (interim !== undefined) {
    expectSaid(one, ended, interim, row.plain);
    await row.between?.(one, ended);
    await one.isClosed();
    ended = await one.run('status', '--watch', ...json);
  } else await row.between?.(one, ended);

  expectSaid(one, ended, { verdict, exitCode, says }, row.plain);
  // A service that somebody makes anew is another one, and may come before or after the command is told.
  const ofThis = (await one.actions()).filter((action) => action !== 'create');
  expect(ofThis).toEqual(actions);
  // A command that began no deployment, and found none of its own, tells of none.
  const deploymentId = row.plain === true ? await one.deploymentId() : (resultOf(ended)['deploymentId'] ?? null);
  const journal = (await one.journal()).filter(({ action }) => action !== 'create');
  expect(contradictions(journal, verdict, deploymentId)).toEqual([]);
  await expectLeft(one, row.leaves);
  if (row.plain === true) await expectToldAgain(one, { verdict, exitCode }, request);
  await row.afterwards?.(one, ended);
}

interface Expected {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly says?: RegExp;
}

function expectSaid(one: RowScene, ended: Ended, expected: Expected, plain: true | undefined): void {
  const { verdict, exitCode, says = /./ } = expected;
  expect(VERDICTS[verdict].exitCode).toBe(exitCode);
  if (plain === true) {
    expect({ code: ended.code, stderr: ended.stderr, said: ended.stdout }).toEqual({
      code: exitCode,
      stderr: '',
      said: expect.stringMatching(says) as string,
    });
    expectPlain(ended, one.target, verdict);
    expect(ended.stdout).toMatch(webLink(one));
    return;
  }
  const told = resultOf(ended);
  expect({ code: ended.code, stderr: ended.stderr, verdict: told['verdict'], reason: told['reason'] }).toEqual({
    code: exitCode,
    stderr: '',
    verdict,
    reason: expect.stringMatching(says) as string,
  });
  expectConsistent(one, told, exitCode);
}

/** The result line does not contradict itself. */
function expectConsistent(one: RowScene, told: JsonLine, exitCode: number): void {
  const { verdict, nextStep, rounds, state, timeline, images, startedAt, endedAt } = told;
  expect(told).toMatchObject({ type: 'result', exitCode });
  // An error of the client's own has no deployment to tell of.
  if (!('requestId' in told)) return;
  expect(told).toMatchObject({ service: one.service, stack: STACK, environment: one.alias, requestId: one.requestId });
  expect(told['link']).toMatch(webLink(one));
  if (exitCode !== 0) expect(nextStep === '' && verdict !== 'cancelled').toBe(false);
  if (endedAt === null) return;
  expect(Date.parse(String(endedAt))).toBeGreaterThanOrEqual(Date.parse(String(startedAt)));
  expect((timeline as unknown[]).length).toBeGreaterThan(0);
  if (verdict === 'succeeded') expect({ state, images }).toMatchObject({ state: 'active', images: [{}] });
  if (verdict === 'succeeded' || verdict === 'rolled-back') expect(rounds).toBeGreaterThan(0);
}

/** Asked again (the same request, and \`status\`), everybody says the same, and nothing is done. */
async function expectToldAgain(one: RowScene, expected: Expected, request: readonly string[]): Promise<void> {
  const actions = await one.actions();
  const { verdict, exitCode } = expected;
  const again = await one.startUpgrade(...request, '--json').ended;
  expect(again.code).toBe(exitCode);
  expect(resultOf(again)).toMatchObject({ verdict, exitCode, how: 'over', requestId: one.requestId });
  expect(jsonLines(again)[0]).toMatchObject({ type: 'deployment', how: 'over', service: one.service });
  const status = await one.run('status', '--json');
  expect(status.code).toBe(0);
  expect(resultOf(status)).toMatchObject({ verdict, exitCode });
  // A service that somebody makes anew is another one, and may come before or after the command is told.
  const ofThis = (await one.actions()).filter((action) => action !== 'create');
  expect(ofThis).toEqual(actions);
}

/** Temporal Web's address of a run of the row's deployment. */
export function webLink({ workflowId, stack }: RowScene): RegExp {
  const id = encodeURIComponent(encodeURIComponent(workflowId)).replaceAll('%25', '%');
  return new RegExp(`http://127\\.0\\.0\\.1:\\d+/namespaces/${stack.temporal.namespace}/workflows/${id}/[0-9a-f-]{36}`);
}
