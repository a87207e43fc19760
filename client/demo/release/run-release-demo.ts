import { exitCodeOf } from '../../../decision/verdict';
import type { Io } from '../../cli/command';
import { formatDuration } from '../../input/duration';
import { Play } from '../play';
import { setStage } from '../stage';
import type { Stage } from '../stage';
import { stay } from '../stay';
import { beginStory, SCENES } from './scenes';
import { SITE, STACK } from './site';

/** Plays the demo of releases and pipelines, and answers the exit code: 0 only where every scene ended as it must. */
export async function runReleaseDemo({ keep, io }: { keep: boolean; io: Io }): Promise<number> {
  const say = (line: string): void => void io.out.write(`${line}\n`);
  const stage = await setStage(SITE, { ...io.env }, say);
  const begun = Date.now();
  try {
    const ends: { readonly title: string; readonly wrong: readonly string[] }[] = [];
    const story = beginStory(stage);
    for (const [index, { title, about, play: playOut }] of SCENES.entries()) {
      if (io.signal.aborted) break;
      say(`\n${String(index + 1)}. ${title}\n  ${about}`);
      const play = new Play(stage, say, io.signal);
      await playOut(play, story);
      ends.push({ title, wrong: play.wrong });
      say(play.wrong.length === 0 ? '  as it must be' : `  NOT as it must be: ${play.wrong.join('; ')}`);
      // The scenes after it would tell of what this one did not leave.
      if (play.wrong.length > 0) break;
    }
    say('\nWhat happened:');
    for (const { title, wrong } of ends) {
      say(`  ${wrong.length === 0 ? 'ok ' : 'BAD'} ${title}`);
      for (const text of wrong) say(`      ${text}`);
    }
    say(`${String(ends.length)} of ${String(SCENES.length)} scenes in ${formatDuration(Date.now() - begun)}.`);
    if (stage.webUrl !== undefined) say(`Temporal Web: ${stage.webUrl}`);
    if (keep) await stay(stage, tryThese(stage), io.signal, say);
    const fine = ends.length === SCENES.length && ends.every(({ wrong }) => wrong.length === 0);
    return exitCodeOf(fine ? 'succeeded' : 'failed');
  } finally {
    await stage.close();
  }
}

function tryThese({ aliasOf }: Stage): string[] {
  return [
    'drover releases',
    'drover pipelines',
    `drover release ${aliasOf('dev')} ${STACK}/api=example/shop-api:2.1 ${STACK}/web=example/shop-web:2.1 --confirm`,
    `drover promote --from ${aliasOf('dev')} --to ${aliasOf('qa')} --stack ${STACK}`,
  ];
}
