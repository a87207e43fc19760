import { deploymentsOf, judgePending } from '../../client/orphans';
import type { Orphan } from '../../client/orphans';
import { orphansText } from '../../client/cli/show-orphans';
import type { DeploymentSummary } from '../../client/deployment-summary';
import { deploymentIdOf } from '../../decision/deployment-label';
import { VERDICTS } from '../../decision/verdict';
import type { Verdict } from '../../decision/verdict';
import type { PendingConfig, PendingUpgrade } from '../../workflows/contract';
import { START, summary } from './support/samples';

const config = (change: Partial<PendingConfig> = {}): PendingConfig => ({
  config: 'primary',
  version: 'b07b',
  image: 'example/web:2',
  formerImage: 'example/web:1',
  deploymentLabel: 'd1.1',
  ...change,
});

function pending(change: Partial<PendingUpgrade> = {}): PendingUpgrade {
  return {
    stack: 'storefront',
    service: 'web',
    serviceId: '1s7',
    state: 'upgraded',
    message: null,
    configs: [config()],
    rancherUrl: 'http://rancher/env/1a5/apps/stacks/1st2/services/1s7/containers',
    ...change,
  };
}

const over = (change: Partial<DeploymentSummary>): DeploymentSummary =>
  summary({ deploymentId: 'd1', run: 'completed', phase: 'done', endedAt: START + 60_000, ...change });

function orphanOf(one: PendingUpgrade, runs: readonly DeploymentSummary[] = []): Orphan {
  const judged = judgePending('prod', one, runs);
  if (typeof judged === 'string') throw new Error(`no orphan but ${judged}`);
  return judged;
}

describe('whose a pending upgrade with a label is', () => {
  it.each<readonly [string, readonly DeploymentSummary[], string]>([
    ['its own deployment runs', [summary({ deploymentId: 'd1' })], 'running'],
    ['another deployment of the service runs', [summary({ deploymentId: 'd2' }), over({})], 'running'],
    ['its deployment succeeded', [over({ verdict: 'succeeded' })], 'foreign'],
    [
      'its deployment succeeded, and others came after it',
      [over({ deploymentId: 'd2', verdict: 'refused' }), over({ verdict: 'succeeded' })],
      'foreign',
    ],
  ])('%s: %s', (_case, runs, expected) => {
    expect(judgePending('prod', pending(), runs)).toBe(expected);
  });

  it.each<readonly [string, readonly DeploymentSummary[], RegExp]>([
    [
      'terminated',
      [over({ run: 'terminated', phase: 'waiting' })],
      /^its workflow is terminated at 2026-11-23T19:01:00Z, in phase waiting/,
    ],
    ['failed, by a bug', [over({ run: 'failed', phase: '' })], /^its workflow is failed at \S+Z: it could not/],
    ['parked, and nobody came', [over({ verdict: 'needs-attention' })], /^it ended as "needs-attention" at/],
    ['met somebody else', [over({ verdict: 'interfered' })], /^it ended as "interfered"/],
    ['forgotten', [], /^Temporal knows nothing of it any more/],
    [
      'forgotten, though others are known',
      [over({ deploymentId: 'd2', verdict: 'succeeded' })],
      /^Temporal knows nothing/,
    ],
  ])('an orphan: %s', (_case, runs, why) => {
    expect(orphanOf(pending(), runs)).toMatchObject({ deploymentId: 'd1', why: expect.stringMatching(why) as string });
  });

  it('tells the reason that the deployment itself gave', () => {
    const attention = {
      kind: 'ended',
      reason: 'the rollback hangs; nobody came',
      mend: '',
      since: START,
      until: null,
      commands: [],
    } as const;
    expect(orphanOf(pending(), [over({ verdict: 'needs-attention', attention })]).why).toContain(
      'the rollback hangs; nobody came',
    );
  });

  it('goes by each verdict: only what may leave something pending makes an orphan', () => {
    const orphans = (Object.keys(VERDICTS) as Verdict[]).filter(
      (verdict) => judgePending('prod', pending(), [over({ verdict })]) !== 'foreign',
    );
    expect(orphans).toEqual(['held', 'needs-attention', 'detached', 'interfered']);
  });

  it('looks past the label that an untouched sidekick still has of a deployment that succeeded', () => {
    const two = pending({
      configs: [config({ deploymentLabel: 'd0.1' }), config({ config: 'log', deploymentLabel: 'd1.2' })],
    });
    expect(deploymentsOf(two)).toEqual(['d0', 'd1']);
    const runs = [over({ run: 'terminated' }), over({ deploymentId: 'd0', verdict: 'succeeded' })];
    const orphan = orphanOf(two, runs);
    expect(orphan.deploymentId).toBe('d1');
    expect(orphan.offers[0]?.command).toBe('drover upgrade prod storefront/web --sidekick log=example/web:2');
  });

  it.each([
    ['d0123456789ab.1', 'd0123456789ab'],
    ['d1.12', 'd1'],
    ['with.dots.3', 'with.dots'],
    ['odd', 'odd'],
  ])('the label %s is of %s', (label, id) => expect(deploymentIdOf(label)).toBe(id));
});

describe('what is offered', () => {
  const commands = (one: PendingUpgrade): Record<string, string | null> =>
    Object.fromEntries(orphanOf(one).offers.map(({ to, command }) => [to, command]));

  it.each(['upgraded', 'upgrading'])('for one that is %s: to keep it, and to go back', (state) => {
    expect(commands(pending({ state }))).toEqual({
      'keep it': 'drover upgrade prod storefront/web --image example/web:2',
      'go back': 'drover upgrade prod storefront/web --image example/web:1 --on-pending rollback',
    });
  });

  it('for one that was cancelled: never to keep it', () => {
    expect(commands(pending({ state: 'canceled-upgrade' }))).toEqual({
      'go back': 'drover upgrade prod storefront/web --image example/web:1 --on-pending rollback',
    });
  });

  it('Rancher alone can go back where the images do not differ, or the former one is not known any more', () => {
    expect(commands(pending({ configs: [config({ formerImage: 'example/web:2' })] }))).toMatchObject({
      'go back': null,
    });
    expect(commands(pending({ configs: [config({ formerImage: null })] }))).toMatchObject({ 'go back': null });
  });

  it('all configurations that were touched are named, and words are quoted for a shell', () => {
    const both = pending({
      configs: [
        config(),
        config({ config: 'log', image: 'l:2', formerImage: 'l:1' }),
        config({ config: 'other', deploymentLabel: null }),
      ],
    });
    expect(commands(both)['go back']).toBe(
      'drover upgrade prod storefront/web --image example/web:1 --sidekick log=l:1 --on-pending rollback',
    );
    const [offer] = (judgePending('my prod', pending(), []) as Orphan).offers;
    expect(offer?.command).toBe("drover upgrade 'my prod' storefront/web --image example/web:2");
  });
});

describe('what is shown', () => {
  const found = {
    environment: 'prod',
    orphans: [
      orphanOf(pending({ message: 'Waiting\u001b[2J: healthy' }), [over({ run: 'terminated', phase: 'waiting' })]),
    ],
    running: 1,
    foreign: 2,
    leftOut: 0,
  };

  it('to people: the state, who left it, the commands, the page; what else is pending in a line each', () => {
    expect(orphansText(found, false).split('\n')).toEqual([
      '1 in prod: a pending upgrade, left by a deployment that is over.',
      '',
      'storefront/web: upgraded (Waiting [2J: healthy)',
      '  left by  deployment d1, asked for by jane@host: its workflow is terminated at 2026-11-23T19:01:00Z, in phase waiting: it could not tidy up',
      '  image    primary: example/web:1 → example/web:2',
      '  keep it  drover upgrade prod storefront/web --image example/web:2',
      '           adopts it: verifies it by version, and finishes it',
      '  go back  drover upgrade prod storefront/web --image example/web:1 --on-pending rollback',
      '           rolls it back (one that still makes progress only when it has settled), and proves that the former image runs',
      '  rancher  http://rancher/env/1a5/apps/stacks/1st2/services/1s7/containers',
      '',
      '1 pending upgrade is seen to by a deployment that runs: drover list --running',
      "2 pending upgrades are somebody else's: not made by Drover, or made by hand after it.",
      '',
    ]);
    expect(orphansText({ ...found, orphans: [], running: 0, foreign: 0 }, false)).toBe(
      'There are no orphans in prod.\n',
    );
  });

  it('to machines: a line each, and one that counts', () => {
    const lines = orphansText(found, true)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      expect.objectContaining({
        type: 'orphan',
        environment: 'prod',
        service: 'web',
        state: 'upgraded',
        deploymentId: 'd1',
      }),
      { type: 'orphans', environment: 'prod', orphans: 1, running: 1, foreign: 2, leftOut: 0, exitCode: 0 },
    ]);
  });
});
