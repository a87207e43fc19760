import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodeOf } from '../../../decision/verdict';
import type { Play } from '../play';
import type { Stage } from '../stage';
import { freezeEnd, pipelineText } from './pipeline-text';
import { releaseText } from './release-text';
import { all, Shop } from './shop';
import { PEOPLE, STACK } from './site';

/** What one scene leaves for those after it. */
export interface Story {
  readonly shop: Shop;
  readonly pipelineFile: string;
  pipelineId: string;
  holdId: string;
}

/** One scene: what is done is in `play`, which holds it against what must come. */
export interface ReleaseScene {
  readonly title: string;
  readonly about: string;
  readonly play: (play: Play, story: Story) => Promise<void>;
}

/** A pipeline that starts takes so long at most until its first freeze is kept, milliseconds. */
const BEFORE_FREEZE_MILLIS = 15_000;
const [ANN, JOE] = PEOPLE;

export function beginStory(stage: Stage): Story {
  return {
    shop: new Shop(stage),
    pipelineFile: join(stage.folder, 'pipeline.yaml'),
    pipelineId: '',
    holdId: '',
  };
}

/** In their order: each finds what the one before left. */
export const SCENES: readonly ReleaseScene[] = [
  {
    title: 'Several services as one',
    about:
      'dev goes to 2.0: each service is upgraded and verified while its old containers are kept; then all are finished, in order.',
    async play(play, { shop }) {
      const since = shop.entries;
      const lines = await play.runTo(0, ['release', '-f', releaseFile(play.stage, '2.0')]);
      play.expectLine(lines, /3 services upgraded and finished, proven by version/);
      play.expect('what dev runs', shop.runs('dev'), all('2.0'));
      play.expect('what Rancher accepted', shop.actions('dev', since), [
        ...['upgrade db', 'upgrade api', 'upgrade web'],
        ...['finishupgrade db', 'finishupgrade api', 'finishupgrade web'],
      ]);
    },
  },
  {
    title: 'A pipeline begins, and waits for a freeze to be over',
    about:
      'What dev runs now is pinned, and is to go through qa and demo to production. Nothing is released in qa for the moment.',
    async play(play, story) {
      const { stage } = play;
      const frozenUntil = freezeEnd(Date.now(), BEFORE_FREEZE_MILLIS);
      writeFileSync(story.pipelineFile, pipelineText(stage.aliasOf, frozenUntil));
      const args = ['pipeline', '-f', story.pipelineFile, '--why', 'version 2.0', '--detach'];
      const started = await play.runTo(exitCodeOf('detached'), args);
      story.pipelineId = play.expectLine(started, / pipeline (p[0-9a-f]{12}) /);
      const watching = play.run(['pipelines', story.pipelineId, '--watch', '--follow-timeout', '1m']);
      const frozen = await play.lineOf(watching, / qa: frozen \(load test\) until /);
      await watching.stop();
      const until = `${new Date(frozenUntil).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
      play.expect('until when qa is frozen', frozen.slice(-until.length), until);
      play.expect('what qa runs', story.shop.runs('qa'), all('1.0'));
    },
  },
  {
    title: 'The last service of a release fails',
    about:
      'Meanwhile dev goes to 3.0, and web 3.0-broken does not start: all go back, in the reverse order. The pipeline keeps to 2.0.',
    async play(play, { shop }) {
      const since = shop.entries;
      const file = releaseFile(play.stage, '3.0', '3.0-broken');
      const lines = await play.runTo(exitCodeOf('rolled-back'), ['release', '-f', file]);
      play.expectLine(lines, /the former configuration of all of them is proven to run/);
      play.expect('what dev runs', shop.runs('dev'), all('2.0'));
      play.expect('what Rancher accepted', shop.actions('dev', since), [
        ...['upgrade db', 'upgrade api', 'upgrade web'],
        ...['rollback web', 'rollback api', 'rollback db'],
      ]);
    },
  },
  {
    title: 'Through qa and demo; two people say yes; the canary does not hold',
    about:
      'The freeze ends. In production web does not start: prod-dmz1 goes back, prod-dmz2 is not touched, and 2.0 is held.',
    async play(play, story) {
      const { shop, pipelineId } = story;
      const watching = play.run(['pipelines', pipelineId, '--watch']);
      await play.lineOf(watching, / prod: waits for 2 to approve/);
      play.expect('what qa runs', shop.runs('qa'), all('2.0'));
      play.expect('what demo runs', shop.runs('demo'), all('2.0'));
      shop.breakImage('web', '2.0');
      const refused = await play.runTo(exitCodeOf('refused'), ['approve', pipelineId]);
      play.expectLine(refused, /asked for it, and somebody else has to approve/);
      await play.runTo(0, ['approve', pipelineId, '--as', ANN]);
      play.expect('what prod-dmz1 runs', shop.runs('prod-dmz1'), all('1.0'));
      await play.runTo(0, ['approve', pipelineId, '--as', JOE, '--why', 'tested in demo']);
      play.expect('the exit code of the pipeline', await play.endOf(watching), exitCodeOf('rolled-back'));
      story.holdId = play.expectLine(watching.lines, /held back from prod-dmz1\S* until .* --let-go (h[0-9a-f]{12})/);
      play.expect('what prod-dmz1 runs', shop.runs('prod-dmz1'), all('1.0'));
      play.expect('what Rancher accepted in prod-dmz2', shop.actions('prod-dmz2'), []);
      shop.mendImage('web', '2.0');
    },
  },
  {
    title: 'What is held is not promoted, until a person lets it go',
    about: 'The cause is mended. Somebody promotes it again: it waits, and is called off. Then a person lets it go.',
    async play(play, { shop, holdId }) {
      const { aliasOf } = play.stage;
      const [from, to] = [aliasOf('demo'), aliasOf('prod-dmz1')];
      const promotion = play.run(['promote', '--from', from, '--to', to, '--stack', STACK]);
      const held = await play.lineOf(promotion, new RegExp(`held back from ${to}: .*\\(${holdId}\\)`));
      const id = / pipeline (p[0-9a-f]{12}) /.exec(held)?.[1] ?? '';
      await play.runTo(0, ['cancel', '--pipeline', id, '--why', 'not let go yet']);
      play.expect('the exit code of the promotion', await play.endOf(promotion), exitCodeOf('cancelled'));
      play.expectLine(await play.runTo(0, ['holds']), new RegExp(`^(${holdId}): `));
      await play.runTo(0, ['holds', '--let-go', holdId, '--why', 'it starts now']);
      const left = await play.runTo(0, ['holds']);
      play.expect(
        'whether it is held still',
        left.some((line) => line.startsWith(holdId)),
        false,
      );
      play.expect('what prod-dmz1 runs', shop.runs('prod-dmz1'), all('1.0'));
    },
  },
  {
    title: 'In a hurry: the glass is broken',
    about:
      'The pipeline again: qa and demo have it. Production would ask two people; one breaks the glass, and the history says who and why.',
    async play(play, { shop, pipelineFile }) {
      const pipeline = play.run(['pipeline', '-f', pipelineFile]);
      const asks = await play.lineOf(pipeline, / prod: waits for 2 to approve/);
      const id = / pipeline (p[0-9a-f]{12}) /.exec(asks)?.[1] ?? '';
      await play.runTo(0, ['break-glass', id, '--why', 'the shop is down']);
      play.expect('the exit code of the pipeline', await play.endOf(pipeline), 0);
      play.expectLine(pipeline.lines, /goes on without approval, for the glass is broken by .*: the shop is down/);
      for (const environment of ['prod-dmz1', 'prod-dmz2'] as const)
        play.expect(`what ${environment} runs`, shop.runs(environment), all('2.0'));
      const first = shop.actions('prod-dmz2')[0];
      play.expect('the first action in prod-dmz2', first?.split(' ')[0], 'upgrade');
    },
  },
];

function releaseFile({ folder, aliasOf }: Stage, tag: string, web = tag): string {
  const path = join(folder, `release-${web}.yaml`);
  writeFileSync(path, releaseText(aliasOf('dev'), tag, web));
  return path;
}
