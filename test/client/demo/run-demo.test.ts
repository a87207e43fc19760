import { runDemo } from '../../../client/demo/run-demo';
import { runScene } from '../../../client/demo/run-scene';
import { setStage } from '../../../client/demo/stage';
import type { Stage } from '../../../client/demo/stage';
import type { Io } from '../../../client/cli/command';

jest.mock('../../../client/demo/run-scene');
jest.mock('../../../client/demo/stage');

test('the time that is told is that of the deployments, not of a server that had to be built first', async () => {
  let now = 1_800_000_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const close = jest.fn(() => Promise.resolve());
  jest.mocked(setStage).mockImplementation(() => {
    now += 180_000;
    return Promise.resolve({ webUrl: undefined, close } as unknown as Stage);
  });
  jest.mocked(runScene).mockImplementation((_stage, scene) => {
    now += 10_000;
    return Promise.resolve({ scene, verdict: scene.verdict, millis: 10_000, timeline: '', wrong: [] });
  });
  let said = '';
  const out = { write: (text: string) => (said += text) };
  const io = { out, err: out, env: {}, signal: new AbortController().signal } as unknown as Io;
  expect(await runDemo({ keep: false, io })).toBe(0);
  expect(said).toContain('4 of 4 deployments in 40 s.');
  expect(close).toHaveBeenCalledTimes(1);
});
