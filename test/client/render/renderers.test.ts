import type { FollowEvent } from '../../../client/follow/follow-event';
import { formatDuration } from '../../../client/input/duration';
import { finalLines, timeLine } from '../../../client/render/final-lines';
import { JsonRenderer } from '../../../client/render/json-renderer';
import { PlainRenderer } from '../../../client/render/plain-renderer';
import { abilitiesOf, noPaint, paint } from '../../../client/render/style';
import type { Paint } from '../../../client/render/style';
import { TerminalRenderer } from '../../../client/render/terminal-renderer';
import { deployment, progress, result, START } from '../support/samples';

const { verdict, reason, nextStep } = result();
const STORY: readonly FollowEvent[] = [
  { type: 'deployment', deployment },
  { type: 'event', event: { at: START + 120, level: 'info', phase: 'resolving', text: 'found 1s7' } },
  { type: 'progress', progress: progress({ phase: 'resolving', phaseSince: START, next: 'reading the service' }) },
  { type: 'progress', progress: progress({ rancherUrl: 'http://rancher/1s7' }) },
  { type: 'event', event: { at: START + 2000, level: 'warning', phase: 'waiting', text: 'pull is\nslow \u001b[2J' } },
  { type: 'progress', progress: progress({ rancherUrl: 'http://rancher/1s7', message: 'Waiting for container' }) },
  { type: 'notice', notice: { at: START + 3000, level: 'warning', text: 'no worker answers' } },
  { type: 'result', outcome: { verdict, reason, nextStep, result: result() } },
];

function plain(events: readonly FollowEvent[]): string[] {
  let text = '';
  const renderer = new PlainRenderer(
    (part) => (text += part),
    () => START + 13_000,
  );
  for (const event of events) renderer.render(event);
  return text.split('\n');
}

function terminal(events: readonly FollowEvent[], columns = 80, painter: Paint = noPaint): string {
  let text = '';
  const renderer = new TerminalRenderer({
    write: (part) => (text += part),
    paint: painter,
    columns: () => columns,
    now: () => START + 13_000,
  });
  for (const event of events) renderer.render(event);
  return text;
}

describe('plain lines', () => {
  it('tell each change once, with time, level, environment, service and phase', () => {
    expect(plain(STORY)).toEqual([
      '2026-11-23T19:00:13Z INFO prod storefront/web deployment: started (d0123456789ab, request r1, by jane@host)',
      `2026-11-23T19:00:13Z INFO prod storefront/web deployment: in Temporal Web: ${deployment.link ?? ''}`,
      '2026-11-23T19:00:00Z INFO prod storefront/web resolving: found 1s7',
      '2026-11-23T19:00:01Z INFO prod storefront/web waiting: the new containers come up',
      '2026-11-23T19:00:13Z INFO prod storefront/web waiting: in Rancher: http://rancher/1s7',
      '2026-11-23T19:00:02Z WARNING prod storefront/web waiting: pull is slow [2J',
      '2026-11-23T19:00:03Z WARNING prod storefront/web client: no worker answers',
      '2026-11-23T19:00:13Z INFO prod storefront/web verdict: succeeded: the image runs and the upgrade is finished (example/web:2)',
      '2026-11-23T19:00:13Z INFO prod storefront/web reason: Three containers run example/web:2.',
      '2026-11-23T19:00:13Z INFO prod storefront/web time: resolving 0.3 s · waiting 12 s · finishing 0.7 s · total 13 s',
      '2026-11-23T19:00:13Z INFO prod storefront/web rancher: http://rancher/env/1a5/apps/stacks/1st2/services/1s7',
      `2026-11-23T19:00:13Z INFO prod storefront/web temporal: ${deployment.link ?? ''}`,
      '',
    ]);
  });

  test.each([
    ['rolled-back', 'ERROR'],
    ['detached', 'WARNING'],
    ['held', 'INFO'],
  ] as const)('%s is told as %s', (word, level) => {
    const lines = plain([{ type: 'result', outcome: { verdict: word, reason: 'r', nextStep: 'n', result: null } }]);
    expect(lines[0]).toMatch(new RegExp(`^\\S+ ${level} verdict: ${word}: `));
    expect(lines[2]).toContain('next: n');
  });
});

describe('JSON lines', () => {
  it('are one object each, with times to the millisecond, and end with the verdict', () => {
    let text = '';
    const renderer = new JsonRenderer((part) => (text += part));
    for (const event of STORY) renderer.render(event);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line['type'])).toEqual([
      'deployment',
      'event',
      'phase',
      'phase',
      'event',
      'notice',
      'result',
    ]);
    expect(lines[1]).toEqual({
      type: 'event',
      at: '2026-11-23T19:00:00.370Z',
      level: 'info',
      phase: 'resolving',
      text: 'found 1s7',
      environment: 'prod',
      stack: 'storefront',
      service: 'web',
      deploymentId: 'd0123456789ab',
    });
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      verdict: 'succeeded',
      exitCode: 0,
      reason: 'Three containers run example/web:2.',
      requestId: 'r1',
      startedAt: '2026-11-23T19:00:00.250Z',
      endedAt: '2026-11-23T19:00:13.250Z',
      rounds: 1,
      timeline: [
        { phase: 'resolving', from: '2026-11-23T19:00:00.250Z', to: '2026-11-23T19:00:00.550Z' },
        { phase: 'waiting' },
        { phase: 'finishing' },
      ],
    });
  });
});

describe('the terminal', () => {
  it('has a lasting line per phase, a live one for the running phase, and the end', () => {
    const text = terminal(STORY);
    expect(text).toContain('storefront/web in prod: started\n');
    expect(text).toContain('✓ resolving 1.0 s\n');
    expect(text).toContain('\r\u001b[2K… waiting 12 s  Waiting for container · the new containers come up');
    expect(text).toContain('verdict   succeeded: the image runs and the upgrade is finished (example/web:2)\n');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('has no escape of a deployment in it, and no colour where none is wanted', () => {
    const escapes = terminal(STORY).match(/\u001b\[[^K]*?[A-Za-z]/g) ?? [];
    expect(new Set(escapes)).toEqual(new Set(['\u001b[2K']));
    expect(terminal(STORY, 80, paint)).toContain('\u001b[32m');
    expect(terminal(STORY, 80, paint)).toContain(
      `${paint('strong', 'storefront/web')} in ${paint('strong', 'prod')}: `,
    );
  });

  test.each([20, 40, 79])('folds what it says to %i columns, and breaks no word', (columns) => {
    const long =
      'somebody asked for storefront/web → example/web:2 in prod: the ticket of the change, and more words than fit';
    const event = { at: START + 120, level: 'warning', phase: 'rolling-back', text: long } as const;
    const notice = { at: START + 130, level: 'warning', text: long } as const;
    const told: readonly FollowEvent[] = [
      { type: 'deployment', deployment: { ...deployment, how: 'over' } },
      { type: 'event', event },
      { type: 'notice', notice },
      { type: 'reset', at: START + 140, run: { runId: 'run-2', link: null } },
      { type: 'result', outcome: { verdict, reason: long, nextStep: long, result: result() } },
    ];
    const lines = terminal(told, columns).split('\n');
    const words = lines.join(' ').split(/ +/);
    for (const word of long.split(' ')) expect(words.filter((one) => one === word).length).toBeGreaterThanOrEqual(4);
    // Too wide is only what is one word: a link, say.
    const tooWide = lines.filter((line) => line.length >= columns && line.trim().includes(' '));
    expect(tooWide).toEqual([]);
    // Colours change nothing about where a line ends.
    expect(terminal(told, columns, paint).replaceAll(/\u001b\[\d+m/g, '')).toBe(lines.join('\n'));
  });

  test.each([20, 40, 79])('writes no live line that would wrap in %i columns', (columns) => {
    const live = terminal(STORY, columns)
      .split(/\r\u001b\[2K|\n/)
      .filter((part) => part.startsWith('… '));
    expect(live.length).toBeGreaterThan(0);
    for (const line of live) expect([...line].length).toBeLessThan(columns);
  });
});

describe('the end', () => {
  it('counts a phase that came twice together', () => {
    const timeline = [
      { phase: 'waiting', from: 0, to: 1000 },
      { phase: 'rolling-back', from: 1000, to: 3000 },
      { phase: 'waiting', from: 3000, to: 7000 },
    ] as const;
    expect(timeLine(timeline)).toBe('waiting 5.0 s · rolling-back 2.0 s · total 7.0 s');
    expect(formatDuration(7000)).toBe('7.0 s');
  });

  it('does not claim that an image runs where it does not', () => {
    const back = result({ verdict: 'rolled-back', reason: 'never healthy', nextStep: 'look at the image' });
    const lines = finalLines(
      { verdict: 'rolled-back', reason: back.reason, nextStep: back.nextStep, result: back },
      null,
    );
    expect(lines.map(({ label }) => label)).toEqual(['verdict', 'reason', 'next', 'time', 'rancher']);
    expect(lines[0]?.text).not.toContain('example/web:2');
  });

  test.each([
    ['rollback by jane@host (wrong colour); the former configuration is proven to run', ['rolled-back: as asked', 2]],
    ['never healthy', ['rolled-back: it did not hold; the former configuration is proven to run', 3]],
  ])('does not say that it did not hold where a person wanted it back: %s', (why, [said, lines]) => {
    const told = finalLines(
      { verdict: 'rolled-back', reason: why, nextStep: 'Find out why, then deploy again.', result: null },
      null,
    );
    expect([told[0]?.text, told.length]).toEqual([said, lines]);
    expect(told[1]).toEqual({ label: 'reason', text: why });
  });
});

describe('what a stream can show', () => {
  test.each<readonly [string, boolean, Record<string, string>, { live: boolean; colour: boolean }]>([
    ['a terminal', true, {}, { live: true, colour: true }],
    ['a file', false, {}, { live: false, colour: false }],
    ['NO_COLOR', true, { NO_COLOR: '1' }, { live: true, colour: false }],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, { live: true, colour: true }],
    ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, { live: false, colour: true }],
    ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, { live: true, colour: false }],
    ['a dumb terminal', true, { TERM: 'dumb' }, { live: false, colour: false }],
    ['CI with a terminal', true, { CI: 'true' }, { live: false, colour: true }],
  ])('%s', (_case, isTTY, env, expected) => {
    expect(abilitiesOf({ isTTY }, env)).toEqual(expected);
  });
});
