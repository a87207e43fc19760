import { exitCodeOf } from '../../decision/verdict';
import { formatDuration } from '../input/duration';
import { Play } from './play';
import { ALIAS, PROJECT } from './scenes';
import type { Scene } from './scenes';
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
  const play = new Play(stage, say, signal);
  const target = [stage.aliasOf(ALIAS), `${stack}/${service}`];
  const upgrade = play.run(['upgrade', ...target, '--image', image]);
  if (scene.cancelWhileWaiting && (await upgrade.lineWith(/ waiting: /)) !== null)
    await play.runTo(0, ['cancel', ...target, '--why', 'changed our mind']);
  const code = await upgrade.exited;

  const told = (label: string): string =>
    upgrade.lines
      .map((line) => new RegExp(` ${label}: (.*)$`).exec(line)?.[1])
      .findLast((text) => text !== undefined) ?? '';
  const verdict = told('verdict').split(':')[0] ?? '';
  play.expect('the verdict', verdict, scene.verdict);
  play.expect('the exit code', code, exitCodeOf(scene.verdict));
  const now = stage.simulator.world.service(PROJECT, stack, service).service;
  const launchConfig = now['launchConfig'];
  play.expect('the state in Rancher', now['state'], 'active');
  play.expect('the image in Rancher', isRecord(launchConfig) ? launchConfig['imageUuid'] : null, scene.runs);
  play.expect('the actions that Rancher accepted', actionsOf(stage, scene).slice(before), scene.actions);
  const millis = Date.now() - begun;
  const { wrong } = play;
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
