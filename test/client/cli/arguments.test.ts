import { commandHelp } from '../../../client/cli/help';
import { nearest } from '../../../client/cli/nearest';
import type { OptionSpec } from '../../../client/cli/option-spec';
import { parseArguments } from '../../../client/cli/parse-arguments';
import { readUpgrade } from '../../../client/cli/read-upgrade';
import { targetOf } from '../../../client/cli/target';
import { exportHint } from '../../../client/cli/commands/dev';
import { interventionCommand } from '../../../client/cli/commands/intervention';
import { status } from '../../../client/cli/commands/status';
import { upgrade } from '../../../client/cli/commands/upgrade';
import { exitCodeOf, VERDICTS } from '../../../decision/verdict';
import type { Verdict } from '../../../decision/verdict';
import { INTERVENTION_NAMES } from '../../../decision/intervention';
import { InvalidInputError } from '../../../client/errors/invalid-input-error';

const parse = (line: string, specs: readonly OptionSpec[] = upgrade.options): ReturnType<typeof parseArguments> =>
  parseArguments(
    'upgrade',
    specs,
    line.split(' ').filter((word) => word !== ''),
  );

function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInputError)
      return error.problems.map(({ where, text, fix }) => `${where}: ${text}; ${fix}`);
    throw error;
  }
  return [];
}

describe('the target', () => {
  const target = { environment: 'prod', stack: 'storefront', service: 'web' };
  test.each<readonly [string, Record<string, string>]>([
    ['prod storefront/web', {}],
    ['storefront/web --environment prod', {}],
    ['--env prod --stack storefront --service web', {}],
    ['prod --service storefront/web', {}],
    ['prod --stack storefront --service web', {}],
    ['storefront/web', { RANCHER_ENVIRONMENT: 'prod' }],
    ['', { RANCHER_ENVIRONMENT: 'prod', RANCHER_STACK: 'storefront', RANCHER_SERVICE: 'web' }],
    ['', { RANCHER_ENV_ID: 'prod', RANCHER_STACK_NAME: 'storefront', RANCHER_SERVICE_NAME: 'web' }],
    ['', { RANCHER_ENVIRONMENT: 'prod', RANCHER_SERVICE: 'storefront/web' }],
    ['prod', { RANCHER_STACK: 'storefront', RANCHER_SERVICE: 'web' }],
    ['prod storefront/web', { RANCHER_ENVIRONMENT: 'qa', RANCHER_STACK: 'x', RANCHER_SERVICE: 'y' }],
  ])('%j with %j', (line, env) => {
    expect(targetOf(parse(line), env)).toEqual(target);
  });

  test.each<readonly [string, RegExp]>([
    ['', /^ENVIRONMENT: no environment is named/],
    ['prod', /^STACK: no stack is named/],
    ['prod a/b/c', /more than one slash/],
    ['prod a/b c/d', /one argument too many/],
    ['prod qa a/b', /one argument too many/],
    ['prod a/b --environment qa', /another environment/],
    ['prod a/b --service c', /names a service too/],
    ['prod /b', /no stack is named/],
    ['prod a/', /no service is named/],
    ['prod a', /^a: it has no slash, so it names no service; write STACK\/SERVICE, such as storefront\/web$/],
    ['prod a b', /^a: stack and service are one argument; write STACK\/SERVICE, such as storefront\/web$/],
    ['prod a --stack b', /^a: it has no slash, so it names no service; write STACK\/SERVICE, such as storefront\/web$/],
    ['prod a --service b/c', /^a: one argument too many; [^\n]*$/],
  ])('%j is refused', (line, words) => {
    expect(problemsOf(() => targetOf(parse(line), {})).join('\n')).toMatch(words);
  });
});

describe('the options of an upgrade', () => {
  const read = (line: string): ReturnType<typeof readUpgrade> => readUpgrade(parse(`prod a/b ${line}`), {});

  it('are all read', () => {
    expect(
      read(
        '--image x:1 --sidekick log=l:1 --sidekick cron=c:2 --variable A=ref --label k=v=w --batch-size 2 --batch-interval 5 ' +
          '--start-first --on-pending wait --redeploy --soak 2m --hold --timeout 30m --request-id r1 --why because',
      ),
    ).toEqual({
      environment: 'prod',
      stack: 'a',
      service: 'b',
      image: 'x:1',
      sidekicks: { log: 'l:1', cron: 'c:2' },
      variables: { A: 'ref' },
      labels: { k: 'v=w' },
      redeploy: true,
      hold: true,
      overrides: {
        onPending: 'wait',
        batchSize: 2,
        batchIntervalMillis: 5000,
        startFirst: true,
        timeoutMillis: 1_800_000,
        soakMillis: 120_000,
      },
      requestId: 'r1',
      author: { by: expect.any(String) as string, why: 'because' },
    });
  });

  it('may be written as other tools write them', () => {
    expect(read('--new-image x:1 --start-before-stopping --upgrade-timeout 600 --interval 500ms')).toMatchObject({
      image: 'x:1',
      overrides: { startFirst: true, timeoutMillis: 600_000, batchIntervalMillis: 500 },
    });
  });

  it('ask for nothing where they are not given', () => {
    expect(read('--image x:1')).toMatchObject({
      overrides: {},
      redeploy: false,
      hold: false,
      sidekicks: {},
      labels: {},
    });
  });

  test.each<readonly [string, RegExp]>([
    ['--imgae x:1', /^--imgae: .*no such option; did you mean --image\?/],
    ['--frobnicate', /^--frobnicate: .*no such option; see/],
    ['--image', /^--image: its value is missing/],
    ['--image --hold', /^--image: its value is missing/],
    ['--image x:1 --image x:2', /^--image: it is given twice/],
    ['--hold=yes', /^--hold: it takes no value/],
    ['--image x:1 --batch-size two', /^--batch-size: .*whole number/],
    ['--image x:1 --batch-size -1', /^--batch-size: .*whole number/],
    ['--image x:1 --batch-size 1.5', /^--batch-size: .*whole number/],
    ['--image x:1 --batch-interval soon', /^--batch-interval: "soon" is no duration/],
    ['--image x:1 --timeout 5minutes', /^--timeout: .*no duration/],
    ['--image x:1 --soak forever', /^--soak: .*no duration/],
    ['--image x:1 --on-pending rolback', /^--on-pending: .*did you mean --on-pending rollback\?/],
    ['--image x:1 --on-pending ignore', /^--on-pending: "ignore" is not one of rollback, finish, wait, abort/],
    ['--sidekick log', /^--sidekick: it must have the form NAME=IMAGE/],
    ['--sidekick =x:1', /^--sidekick: it must have the form NAME=IMAGE/],
    ['--image x:1 --label a=1 --label a=2', /^--label a: it is given twice/],
  ])('%j is refused', (line, words) => {
    expect(problemsOf(() => read(line)).join('\n')).toMatch(words);
  });

  it('do not repeat what may be a secret', () => {
    expect(problemsOf(() => read('--image x:1 --variable hunter2')).join('')).not.toContain('hunter2');
  });

  it('give way to help', () => {
    const specs: readonly OptionSpec[] = [...upgrade.options, { name: 'help', kind: 'flag', short: 'h', help: '' }];
    expect(parse('--nonsense -h', specs).flags.has('help')).toBe(true);
  });
});

describe('the help', () => {
  const codesOf = (text: string): number[] =>
    [...text.slice(text.indexOf('Exit codes:')).matchAll(/^ {2,3}(\d+) {2}/gm)].map(([, code]) => Number(code));

  it('of status has every exit code that a watched deployment can end with, each once', () => {
    // Nothing ends so: a newer deployment of a busy service is refused.
    const never: readonly Verdict[] = ['superseded'];
    const possible = (Object.keys(VERDICTS) as Verdict[]).filter((verdict) => !never.includes(verdict));
    expect(codesOf(commandHelp(status))).toEqual([...new Set(possible.map(exitCodeOf))]);
  });

  it('of the interventions gives each a reason of its own', () => {
    const reasons = INTERVENTION_NAMES.map(
      (name) => /--why "([^"]+)"/.exec(commandHelp(interventionCommand(name)))?.[1],
    );
    expect(reasons).not.toContain(undefined);
    expect(new Set(reasons).size).toBe(INTERVENTION_NAMES.length);
  });
});

it('the advice to export TEMPORAL_ADDRESS says what that does to "drover dev" in the same shell', () => {
  expect(exportHint('127.0.0.1:7333').join('\n')).toMatch(
    /export TEMPORAL_ADDRESS=127\.0\.0\.1:7333\n.*starts no Temporal of its own; unset TEMPORAL_ADDRESS/,
  );
});

describe('the nearest word', () => {
  const words = ['upgrade', 'status', 'list', 'cancel', 'retry', 'rollback', 'worker', 'version'];
  test.each([
    ['upgrad', 'upgrade'],
    ['udgrape', 'upgrade'],
    ['stauts', 'status'],
    ['LIST', 'list'],
    ['roll', 'rollback'],
    ['vers', 'version'],
    ['deploy', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%j: %s', (given, expected) => {
    expect(nearest(given, words)).toBe(expected);
  });
});
