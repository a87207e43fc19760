import { PRIMARY } from '../../../decision/service-snapshot';
import { historyText, logbookText } from '../../../client/cli/show-history';
import { listText } from '../../../client/cli/show-list';
import { statusText } from '../../../client/cli/show-status';
import { timelineText } from '../../../client/cli/show-timeline';
import { whyText } from '../../../client/cli/show-why';
import { findOutWhy } from '../../../decision/find-out-why';
import type { DeploymentStory } from '../../../client/deployment-story';
import { noPaint } from '../../../client/render/style';
import { TerminalRenderer } from '../../../client/render/terminal-renderer';
import type { Progress } from '../../../workflows/contract';
import { deployment, progress, START, summary } from '../support/samples';
import { DIAGNOSIS, failed, underWay } from '../support/story';

const NOW = START + 60_000;
const PARKED = progress({
  phase: 'parked',
  attention: 'Rancher refuses the key',
  person: {
    ...{ kind: 'parked', reason: 'Rancher refuses the key', mend: 'Correct the key where the worker finds it.' },
    ...{ since: NOW - 5000, until: NOW + 3_600_000, rancherUrl: null, atExpiry: 'ends as `needs-attention`' },
    tried: [{ what: 'rollback', times: 2, firstAt: START, lastAt: START + 9000, said: '401 Unauthorized' }],
    commands: [{ command: 'drover retry prod storefront/web', does: 'goes on where it stopped' }],
  },
  events: [{ at: START, level: 'error', phase: 'parked', text: 'parked: Rancher refuses the key' }],
  eventCount: 1,
});
const SUMMARIES = [
  summary({ requestId: 'gitlab/482', image: 'registry.example.com/storefront/web:2.4.1' }),
  summary({ run: 'completed', verdict: 'rolled-back', endedAt: START + 90_000, requestedBy: 'gitlab storefront#481' }),
  summary({ run: 'terminated', endedAt: START + 1000, startedAt: START - 86_400_000 }),
];

type View = (columns: number | undefined) => string;
const VIEWS: readonly (readonly [name: string, view: View])[] = [
  ['list', (columns) => listText(SUMMARIES, { json: false, columns, now: NOW, none: '' })],
  ['history', (columns) => historyText(SUMMARIES, { json: false, columns }, NOW)],
  ['the logbook', (columns) => logbookText(failed(), { json: false, columns })],
  ['timeline', (columns) => timelineText(failed(), { json: false, columns, bars: true })],
  ['timeline without bars', (columns) => timelineText(failed(), { json: false, columns, bars: false })],
  ['why it failed', (columns) => whyText(failed(), { json: false, columns })],
  ['why it waits', (columns) => whyText(underWay(PARKED), { json: false, columns })],
  ['status', (columns) => statusText(deployment, PARKED, NOW, columns)],
];

/** A line may be wider than the terminal only for something that is copied whole. */
const tooWide = (text: string, columns: number): string[] =>
  text
    .split('\n')
    .filter(
      (line) =>
        line.length >= columns && !/^ *(drover )|^ *\S+$|^\S+( \S+)? \S*\/\S*$/.test(line.replace(/^ +(- )?/, '')),
    );

describe.each(VIEWS)('%s', (_name, view) => {
  it('fits a terminal of 40 columns, but for what is copied whole', () => {
    const text = view(40);
    expect(tooWide(text, 40)).toEqual([]);
    expect(text).toContain('storefront');
  });

  it('has no colours, no cursor movement and nothing else that a terminal obeys, at any width', () => {
    for (const columns of [20, 40, 80, 132, undefined]) expect(view(columns)).not.toMatch(/[^\n\P{Cc}]/u);
  });

  it('says the same in words where no bars can be seen', () => {
    const words = (text: string): string[] =>
      text
        .replaceAll('█', '')
        .split(/[\s:]+/)
        .filter((word) => word !== '');
    // Narrow or wide, nothing is left out but what a table says once, in its head.
    const wide = new Set(words(view(undefined)).filter((word) => word !== word.toUpperCase() || /\d/.test(word)));
    const narrow = new Set(words(view(60)));
    const missing = [...wide].filter((word) => !narrow.has(word) && !/^(%|20\d\d-|\d+Z?$)/.test(word));
    expect(missing).toEqual([]);
  });
});

describe('a timeline', () => {
  it('draws each phase where it was, with how long it took in numbers', () => {
    expect(timelineText(failed(), { json: false, columns: 60, bars: true }).split('\n')).toEqual([
      'storefront/web in prod: rolled-back, 12 s (d0123456789ab,',
      '  request r1), by jane@host',
      '',
      'resolving     0.3 s  █',
      'waiting        20 s  ██████████████████████████████████',
      'rolling-back  2.7 s                                   █████',
      '',
    ]);
  });

  it('takes as long as the list says', () => {
    const story = failed();
    const { startedAt } = story.deployment;
    const text = timelineText(story, { json: false, columns: undefined, bars: false });
    const listed = summary({ startedAt, endedAt: story.record.endedAt ?? 0, run: 'completed' });
    expect(listText([listed], { json: false, columns: undefined, now: NOW, none: '' })).toContain('  12 s  ');
    expect(text).toMatch(/rolled-back, 12 s \(/);
  });

  it('is a table where the output is no terminal', () => {
    expect(timelineText(failed(), { json: false, columns: undefined, bars: false }).split('\n').slice(2)).toEqual([
      'PHASE         FROM                  TOOK   SHARE',
      'resolving     2026-11-23T19:00:00Z  0.3 s  1 %',
      'waiting       2026-11-23T19:00:00Z  20 s   87 %',
      'rolling-back  2026-11-23T19:00:20Z  2.7 s  12 %',
      '',
    ]);
  });

  it('of one that runs goes up to now, and says so', () => {
    const text = timelineText(underWay(progress()), { json: false, columns: 100, bars: true });
    expect(text).toMatch(/^storefront\/web in prod: waiting, 1 min so far/);
    expect(text).toMatch(/^waiting +54 s so far {2} +█+$/m);
    const json = JSON.parse(timelineText(underWay(progress()), { json: true, columns: 100, bars: true })) as object;
    expect(json).toMatchObject({ type: 'timeline', verdict: null, phase: 'waiting', totalMillis: 60_000 });
  });

  it('draws nothing where there is no room for it', () => {
    const text = timelineText(failed(), { json: false, columns: 24, bars: true });
    expect(text).not.toContain('█');
    expect(text).toMatch(/^waiting +20 s$/m);
  });
});

describe('why', () => {
  it("tells the step, Rancher's words, the container, its log, and whole commands", () => {
    expect(whyText(failed(), { json: false, columns: undefined }).split('\n')).toEqual([
      'storefront/web in prod: over (d0123456789ab, request r1), by jane@host',
      '  verdict   rolled-back: it did not hold; the former configuration is proven to run',
      '  reason    no new container came up for 20 s: storefront-web-2 is stopped',
      '  step      waiting (waiting for Rancher to replace the containers), 20 s',
      '  service   upgrading: wait for containers to start (read at 2026-11-23T19:00:05Z)',
      '  container storefront-web-2 (primary, new): stopped, unhealthy, exit code 137, started again 3 times; Rancher says: OOM <killed>',
      "            it is gone; the service's containers: http://rancher/containers/1i7",
      '            and 1 more',
      '  log       2026-11-23T19:00:04Z error service.trigger.info: Timeout waiting for instance',
      "  next      Look at the container's log, mend the image and deploy again.",
      '            drover upgrade prod storefront/web --image example/web:2 --sidekick log=example/log:2 --hold # asks for the same again, once it is mended; add what was set besides: --variable PASSWORD=… --label team=…',
      '            drover history prod storefront/web --request r1 # shows everything that happened',
      '            drover report prod storefront/web --request r1 --html report.html # the same as a page, for a ticket',
      '  rancher   http://rancher/env/1a5/apps/stacks/1st2/services/1s7',
      `  temporal  ${deployment.link ?? ''}`,
      '',
    ]);
  });

  it('of one that waits for a person tells what to mend, what was tried, and the commands', () => {
    const text = whyText(underWay(PARKED), { json: false, columns: undefined });
    expect(text).toMatch(/^ {2}now {7}it runs: parked for 59 s$/m);
    expect(text).toMatch(/^ {2}tried {5}rollback: 2 times, from .*; the last answer: 401 Unauthorized$/m);
    expect(text).toMatch(/^ {2}next {6}Correct the key where the worker finds it\.$/m);
    expect(text).toMatch(/^ {12}drover retry prod storefront\/web # goes on where it stopped$/m);
    expect(text).toMatch(/; now waiting for a person$/m);
  });

  it('of one that waits for a person tells when the service was read, and what it went back for', () => {
    const [at, phase] = [START + 9000, 'rolling-back'] as const;
    const events = [
      { at, phase, level: 'info', text: 'no progress for 20 s; Rancher says: no host: restoring' },
      { at, phase, level: 'info', text: 'Rancher accepted the rollback' },
    ] as const;
    const { person } = PARKED;
    const reason = 'the former configuration does not come back: the service is rolling-back';
    const shown = (change: Partial<Progress>): string =>
      whyText(underWay({ ...PARKED, events, ...change }), { json: false, columns: undefined });
    const text = shown({ person: person === null ? null : { ...person, reason } });
    expect(text).toMatch(/^ {2}service {3}active \(read at 2026-11-23T19:00:02Z\)$/m);
    expect(text).toMatch(/^ {2}went back no progress for 20 s; Rancher says: no host$/m);
    // Once is enough.
    const told = 'no progress for 20 s; Rancher says: no host; the former configuration does not come back';
    expect(shown({ person: person === null ? null : { ...person, reason: told } })).not.toMatch(/^ {2}went back/m);
    expect(JSON.parse(whyText(underWay({ ...PARKED, events }), { json: true, columns: undefined }))).toMatchObject({
      ...{ readAt: '2026-11-23T19:00:02.250Z', wentBackFor: 'no progress for 20 s; Rancher says: no host' },
    });
  });

  it('tells when the containers were like that, where the service was read since', () => {
    const before: DeploymentStory = { ...underWay(PARKED), diagnosis: { ...DIAGNOSIS, at: START + 1000 } };
    const text = whyText(before, { json: false, columns: undefined });
    expect(text).toMatch(/^ {2}service {3}active \(read at 2026-11-23T19:00:02Z\)$/m);
    expect(text).toMatch(/^ {12}and 1 more\n {12}as they were at 2026-11-23T19:00:01Z$/m);
  });

  it('names where the lines are that a container printed', () => {
    const lines = /^ {12}its log lines, while Rancher has it: http:\/\/rancher\/containers\/1i7$/m;
    const shown = (story: DeploymentStory): string => whyText(story, { json: false, columns: undefined });
    expect(shown({ ...underWay(PARKED), diagnosis: DIAGNOSIS })).toMatch(lines);
    // A rollback took it away.
    expect(shown(failed())).not.toMatch(lines);
    expect(shown(failed())).toMatch(/^ {12}it is gone; the service's containers: http:\/\/rancher\/containers\/1i7$/m);
  });

  it('does not send whoever reads it to itself', () => {
    const story = failed();
    const { outcome } = story;
    if (outcome === null) throw new Error('it is over');
    const sent: DeploymentStory = { ...story, outcome: { ...outcome, nextStep: findOutWhy(story.deployment) } };
    expect(findOutWhy(story.deployment)).toMatch(/^Find out why \(`drover why prod storefront\/web --request \S+`\)/);
    const text = whyText(sent, { json: false, columns: undefined });
    expect(text).toMatch(/^ {2}next {6}Mend what is named here, then deploy again\.$/m);
  });

  it('of one that no worker answers for tells what the history tells', () => {
    const text = whyText(underWay(null), { json: false, columns: undefined });
    expect(text).toMatch(/^ {2}now {7}it runs, and no worker answers$/m);
    expect(text).toMatch(/^ {2}step {6}waiting \(.*\), 54 s$/m);
    expect(text).toContain('drover status prod storefront/web --watch # follows it to the verdict');
  });

  it('of one that went well has nothing to mend', () => {
    const good: DeploymentStory = {
      ...failed(),
      diagnosis: null,
      outcome: { verdict: 'succeeded', reason: 'it runs', nextStep: '', result: null },
    };
    const text = whyText(good, { json: false, columns: undefined });
    expect(text).toContain('  verdict   succeeded: the image runs and the upgrade is finished\n');
    expect(text).not.toMatch(/^ {2}(step|service|container|next|tried)/m);
    expect(text).not.toContain('drover ');
  });

  it('says what to do also where nobody said it', () => {
    const outcome = { verdict: 'cancelled' as const, reason: 'asked to cancel', nextStep: '', result: null };
    const text = whyText({ ...failed(), diagnosis: null, outcome }, { json: false, columns: undefined });
    expect(text).toMatch(
      /^ {2}next {6}Nothing has to be done; where it is still wanted, ask for it again\.\n {12}drover /m,
    );
  });

  it('offers the orphans where something may be pending, and quotes what a shell would not take as it is', () => {
    const outcome = { verdict: 'interfered' as const, reason: 'terminated', nextStep: '', result: null };
    const here = { ...failed().deployment, environment: 'my prod' };
    const text = whyText({ ...failed(), outcome, deployment: here }, { json: false, columns: undefined });
    expect(text).toMatch(/^ {12}drover orphans 'my prod' # /m);
    expect(text).toContain("drover upgrade 'my prod' storefront/web --image example/web:2");
  });

  it('has all of it as JSON, in one line', () => {
    const text = whyText(failed(), { json: true, columns: 40 });
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({
      ...{ type: 'why', verdict: 'rolled-back', phase: 'done', requestId: 'r1' },
      step: expect.stringMatching(/^waiting/),
      diagnosis: { containers: [{ exitCode: 137, state: 'stopped' }], at: '2026-11-23T19:00:05.250Z' },
      commands: [{ command: expect.stringMatching(/^drover upgrade/) }, {}, {}],
    });
  });
});

describe('a list, and the history of a service', () => {
  const ended = [
    summary({ run: 'terminated', endedAt: START + 1000 }),
    summary({ run: 'failed', endedAt: START + 1000, runId: 'run-2', deploymentId: 'd2' }),
    summary({ run: 'completed', verdict: 'succeeded', endedAt: START + 1000, runId: 'run-3', deploymentId: 'd3' }),
  ];
  const listed = (found: typeof ended, json = false): string[] =>
    [
      listText(found, { json, columns: undefined, now: NOW, none: '' }),
      historyText(found, { json, columns: undefined }, NOW),
    ]
      .map((text) => text.trimEnd().split('\n'))
      .flat();

  it('call what somebody ended in Temporal as "why" does, and say how it was ended', () => {
    const rows = listed(ended).filter((line) => !line.startsWith('STARTED'));
    const words = ['interfered (terminated in Temporal)', 'needs-attention (failed in Temporal)', 'succeeded'];
    for (const [at, line] of rows.entries()) expect(line.split(/ {2,}/)).toContain(words[at % words.length]);
    expect(rows).toHaveLength(6);
    const [first] = listed(ended, true).map((line) => JSON.parse(line) as object);
    expect(first).toMatchObject({ verdict: 'interfered', run: 'terminated' });
  });

  it('give no verdict to a run that a reset ended: the deployment went on', () => {
    const wentOn = summary({ runId: 'run-0', startedAt: START + 5000 });
    const rows = listed([wentOn, ...ended.slice(0, 1)]).map((line) => line.split(/ {2,}/));
    expect(rows.filter((cells) => cells.includes('terminated in Temporal'))).toHaveLength(2);
    expect(rows.flat()).not.toContain('interfered (terminated in Temporal)');
  });
});

describe('status', () => {
  it('says as of when the service is told, where nobody reads it now', () => {
    expect(statusText(deployment, PARKED, NOW)).toMatch(
      /^ {2}service {3}upgrading · as read last, before 2026-11-23T19:00:01Z$/m,
    );
    const lastKnown = {
      ...({ isLastKnown: true, phase: 'waiting', phaseSince: NOW - 54_000, rancherUrl: 'http://rancher/1s7' } as const),
      ...{ images: [], state: 'upgrading', message: 'In Progress', stateAt: NOW - 9_000 },
    };
    expect(statusText(deployment, lastKnown, NOW)).toMatch(
      /^ {2}phase {5}waiting for 54 s, as last known: no worker answers;.*\n {2}service {3}upgrading · In Progress \(read at \S+Z\)\n {2}next {6}start the worker/m,
    );
    expect(statusText(deployment, progress({ isAway: true }), NOW)).toMatch(
      /^ {2}service {3}upgrading · as read last; Rancher or its worker does not answer now$/m,
    );
    expect(statusText(deployment, progress(), NOW)).toMatch(/^ {2}service {3}upgrading$/m);
  });

  it('tells the new containers from the old ones, what they lack, and when that was read', () => {
    const counts = { stopped: 0, completed: 0, failed: 0, restarts: 0, moving: 0 };
    const tally = (version: string, running: number) => ({ config: PRIMARY, version, running, healthy: 1, ...counts });
    const waiting = progress({
      ...{ instances: [tally('old', 1), tally('new', 2)], instancesAt: START },
      upgraded: [{ config: PRIMARY, version: 'new' }],
    });
    expect(statusText(deployment, waiting, NOW)).toMatch(
      /^ {2}service {3}upgrading\n +primary, old: 1 of 3 run \(read at \S+Z\)\n +primary, new: 2 of 3 run, 1 not healthy \(read at \S+Z\)$/m,
    );
  });
});

test('a logbook as JSON has a line for each line, and one that says what is cut', () => {
  const lines = logbookText(failed(), { json: true, columns: 40 })
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  expect(lines[0]).toMatchObject({ type: 'deployment', requestId: 'r1' });
  expect(lines.at(-2)).toMatchObject({ type: 'logbook', cut: 0, kept: null, lines: lines.length - 3 });
  expect(lines.at(-1)).toMatchObject({ type: 'result', verdict: 'rolled-back', exitCode: 3 });
  expect(lines.slice(1, -2).every(({ type }) => type === 'event')).toBe(true);
});

test('what a terminal shows while it follows says warnings and errors in words, too', () => {
  let text = '';
  const renderer = new TerminalRenderer({
    ...{ write: (part) => (text += part), paint: noPaint, columns: () => 60, now: () => NOW },
  });
  for (const level of ['info', 'warning', 'error'] as const) {
    renderer.render({ type: 'event', event: { at: START, level, phase: 'waiting', text: `said as ${level}` } });
    renderer.render({ type: 'notice', notice: { at: START, level, text: `noticed as ${level}` } });
  }
  for (const level of ['warning', 'error']) {
    expect(text).toContain(`waiting   ${level}: said as ${level}\n`);
    expect(text).toContain(` ${level}: noticed as ${level}\n`);
  }
  expect(text).not.toContain('info: ');
});
