import type { Io } from '../../../../client/cli/command';
import { runReleaseDemo } from '../../../../client/demo/release/run-release-demo';
import { SCENES } from '../../../../client/demo/release/scenes';
import { setStage } from '../../../../client/demo/stage';
import type { Stage } from '../../../../client/demo/stage';

jest.mock('../../../../client/demo/stage');

const close = jest.fn(() => Promise.resolve());
const stage = { webUrl: undefined, folder: '/nowhere', close } as unknown as Stage;

beforeEach(() => {
  jest.clearAllMocks();
  jest.mocked(setStage).mockResolvedValue(stage);
});
afterEach(() => jest.restoreAllMocks());

async function run(): Promise<{ code: number; said: string }> {
  let said = '';
  const out = { write: (text: string) => (said += text) };
  const io = { out, err: out, env: {}, signal: new AbortController().signal } as unknown as Io;
  return { code: await runReleaseDemo({ keep: false, io }), said };
}

test('the exit code is 0 where every scene is as it must be, and everything is ended', async () => {
  const played = SCENES.map((scene) => jest.spyOn(scene, 'play').mockResolvedValue());
  const { code, said } = await run();
  expect(code).toBe(0);
  for (const one of played) expect(one).toHaveBeenCalledTimes(1);
  expect(said).toMatch(new RegExp(`${String(SCENES.length)} of ${String(SCENES.length)} scenes in `));
  expect(close).toHaveBeenCalledTimes(1);
});

test('what is not as it must be is told, is no success, and ends the demo there', async () => {
  const [first, second, ...later] = SCENES;
  if (first === undefined || second === undefined) throw new Error('there are no scenes');
  jest.spyOn(first, 'play').mockResolvedValue();
  jest.spyOn(second, 'play').mockImplementation((play) => {
    play.expect('what qa runs', 'web 1.0', 'web 2.0');
    expect(play.expectLine(['nothing of the kind'], /held back from (\S+)/)).toBe('');
    expect(play.expectLine(['held back from prod'], /held back from (\S+)/)).toBe('prod');
    return Promise.resolve();
  });
  const notPlayed = later.map((scene) => jest.spyOn(scene, 'play').mockResolvedValue());
  const { code, said } = await run();
  expect(code).toBe(1);
  expect(said).toContain(`BAD ${second.title}\n      what qa runs: "web 1.0", not "web 2.0"\n      no line is like`);
  expect(said).toMatch(new RegExp(`2 of ${String(SCENES.length)} scenes in `));
  for (const one of notPlayed) expect(one).not.toHaveBeenCalled();
  expect(close).toHaveBeenCalledTimes(1);
});

test('a scene that throws ends everything that was started', async () => {
  const [first] = SCENES;
  if (first === undefined) throw new Error('there are no scenes');
  jest.spyOn(first, 'play').mockRejectedValue(new Error('no such service'));
  await expect(run()).rejects.toThrow('no such service');
  expect(close).toHaveBeenCalledTimes(1);
});
