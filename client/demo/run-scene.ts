import { exitCodeOf } from '../../decision/verdict';
import { formatDuration } from '../input/duration';
import { DroverProcess } from './process';
import type { Scene } from './scenes';
import { PROJECT } from './stage';
import type { Stage } from './stage';

/** How a scene went. */
export interface SceneEnd {
  readonly scene: Scene;
  readonly verdict: string;
  readonly millis: number;
  readonly timeline: string;
  /** Everything that is not as it must be; empty where all is well. */
  readonly wrong: readonly string[];
}

/** Plays one scene with the real client, and holds what comes of it against what must, also in Rancher itself. */
export async function runScene(
  stage: Stage,
  scene: Scene,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SceneEnd> {
  const { stack, service, image } = scene;
  const begun = Date.now();
  const before = actionsOf(stage, scene).length;
  const run = (args: readonly string[]): DroverProcess => {
    say(`  $ drover ${args.map((arg) => (arg.includes(' ') ? JSON.stringify(arg) : arg)).join(' ')}`);
    return DroverProcess.start(args, stage.env, (line) => say(`    ${line}`));
  };
  const upgrade = run(['upgrade', stage.alias, `${stack}/${service}`, '--image', image]);
  const stop = (): void => void upgrade.stop();
  signal.addEventListener('abort', stop, { once: true });
  const wrong: string[] = [];
  if (scene.cancelWhileWaiting && (await upgrade.lineWith(/ waiting: /)) !== null) {
    const cancel = run(['cancel', stage.alias, `${stack}/${service}`, '--why', 'changed our mind']);
    const code = await cancel.exited;
    if (code !== 0) wrong.push(`drover cancel ended with exit code ${String(code)}, not 0`);
  }
  const code = await upgrade.exited;
  signal.removeEventListener('abort', stop);

  const told = (label: string): string =>
    upgrade.lines
      .map((line) => new RegExp(` ${label}: (.*)$`).exec(line)?.[1])
      .findLast((text) => text !== undefined) ?? '';
  const verdict = told('verdict').split(':')[0] ?? '';
  const expect = (what: string, is: unknown, must: unknown): void => {
    if (JSON.stringify(is) !== JSON.stringify(must))
      wrong.push(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(must)}`);
  };
  expect('the verdict', verdict, scene.verdict);
  expect('the exit code', code, exitCodeOf(scene.verdict));
  const now = stage.simulator.world.service(PROJECT, stack, service).service;
  const launchConfig = now['launchConfig'];
  expect('the state in Rancher', now['state'], 'active');
  expect('the image in Rancher', isRecord(launchConfig) ? launchConfig['imageUuid'] : null, scene.runs);
  expect('the actions that Rancher accepted', actionsOf(stage, scene).slice(before), scene.actions);
  const millis = Date.now() - begun;
  say(
    wrong.length === 0
      ? `  as it must be: ${verdict} (exit code ${String(code)}) after ${formatDuration(millis)}; Rancher runs ${scene.runs}`
      : `  NOT as it must be: ${wrong.join('; ')}`,
  );
  return { scene, verdict, millis, timeline: told('time'), wrong };
}

function actionsOf(stage: Stage, { service }: Scene): string[] {
  return stage.simulator.world
    .journal()
    .flatMap((entry) =>
      entry.kind === 'action' && entry.name === service && entry.action !== undefined ? [entry.action] : [],
    );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
