import { exitCodeOf } from '../../decision/verdict';
import type { Io } from '../cli/command';
import { formatDuration } from '../input/duration';
import { runScene } from './run-scene';
import type { SceneEnd } from './run-scene';
import { ALIAS, SCENES, SITE } from './scenes';
import { setStage } from './stage';
import type { Stage } from './stage';
import { stay } from './stay';

/** Plays the demo, and answers the exit code: 0 only where every scene ended as it must. */
export async function runDemo({ keep, io }: { keep: boolean; io: Io }): Promise<number> {
  const say = (line: string): void => void io.out.write(`${line}\n`);
  const stage = await setStage(SITE, { ...io.env }, say);
  // What is counted is the deployments: a server that has to be built first takes minutes.
  const begun = Date.now();
  try {
    const ends: SceneEnd[] = [];
    for (const [index, scene] of SCENES.entries()) {
      if (io.signal.aborted) break;
      say(`\n${String(index + 1)}. ${scene.title}\n  ${scene.about}`);
      ends.push(await runScene(stage, scene, say, io.signal));
    }
    sumUp(ends, stage, Date.now() - begun, say);
    if (keep) await stay(stage, tryThese(stage), io.signal, say);
    const fine = ends.length === SCENES.length && ends.every(({ wrong }) => wrong.length === 0);
    return exitCodeOf(fine ? 'succeeded' : 'failed');
  } finally {
    await stage.close();
  }
}

function sumUp(ends: readonly SceneEnd[], stage: Stage, millis: number, say: (line: string) => void): void {
  say('\nWhat happened:');
  for (const { scene, verdict, timeline, wrong } of ends) {
    const mark = wrong.length === 0 ? 'ok ' : 'BAD';
    say(
      `  ${mark} ${`${scene.stack}/${scene.service}`.padEnd(20)} ${scene.image.padEnd(26)} ${verdict.padEnd(12)} ${timeline}`,
    );
    for (const text of wrong) say(`      ${text}`);
  }
  say(`${String(ends.length)} of ${String(SCENES.length)} deployments in ${formatDuration(millis)}.`);
  if (stage.webUrl !== undefined) say(`Temporal Web: ${stage.webUrl}`);
}

function tryThese({ aliasOf }: Stage): string[] {
  const alias = aliasOf(ALIAS);
  return [
    'drover list',
    `drover upgrade ${alias} billing/ledger --image registry.example.com:5000/billing/ledger:3.5.0 --hold`,
    `drover confirm ${alias} billing/ledger`,
    `drover upgrade ${alias} storefront/worker --image example/worker:2.0-broken`,
  ];
}
