import { finalLines } from '../../../client/render/final-lines';
import { toldLocally } from '../../../client/cli/local/told-locally';
import { busy } from '../../../client/refusals';

describe('commands that are told in a run with --local', () => {
  const usual = toldLocally(undefined, 'dev storefront/api');
  const other = toldLocally('my state', 'dev storefront/api');

  test.each([
    ['drover status dev storefront/api --watch', 'drover status dev storefront/api --local --watch'],
    ['See it: drover why dev storefront/api.', 'See it: drover why dev storefront/api --local.'],
    [
      'Good? "drover confirm dev storefront/api". Not good? "drover rollback dev storefront/api".',
      'Good? "drover confirm dev storefront/api --local". Not good? "drover rollback dev storefront/api --local".',
    ],
    ["drover cancel 'a b' 'x y/z' --request r1", "drover cancel 'a b' 'x y/z' --local --request r1"],
    ['"drover list" shows the deployments', '"drover list --local" shows the deployments'],
    ['see drover list --running', 'see drover list --local --running'],
    ['watch it with "drover status … --local --watch"', 'watch it with "drover status … --local --watch"'],
    [
      'start the worker of the environment ("drover worker"), or look',
      'start the worker of the environment ("drover status dev storefront/api --local --watch"), or look',
    ],
    [
      'start one with "drover worker --environments dev".',
      'start one with "drover status dev storefront/api --local --watch".',
    ],
    ['drover releases r1 and drover doctor', 'drover releases r1 and drover doctor'],
  ])('%s', (text, wanted) => {
    expect(usual(text)).toBe(wanted);
    // What was told is told once.
    expect(usual(wanted)).toBe(wanted);
    expect(other(text)).toBe(wanted.replaceAll('--local', "--local --state 'my state'"));
  });

  test('of a refusal of a busy service are all of them', () => {
    const running = { environment: 'dev', stack: 'storefront', service: 'api', startedAt: 0 };
    const { nextStep } = busy(running as Parameters<typeof busy>[0], 'example/api:2');
    expect(usual(nextStep)).toBe(
      'Wait for it: drover status dev storefront/api --local --watch; or stop it: drover cancel dev storefront/api --local',
    );
  });
});

test('a verdict that means something else here says that, and not what it means elsewhere', () => {
  const outcome = {
    verdict: 'detached',
    reason: 'Stopped.',
    nextStep: '',
    result: null,
    meaning: 'it is paused',
  } as const;
  expect(finalLines(outcome, null).map(({ text }) => text)).toEqual(['detached: it is paused', 'Stopped.']);
});
