import { composeMessage } from '../../activities/notify/compose-message';
import type { Notification } from '../../decision/notification';
import { eventIdOf } from '../../decision/notification';

const EVENT: Notification = {
  id: 'd1.verdict.1795632245000',
  kind: 'deployment',
  event: 'verdict',
  at: Date.UTC(2026, 10, 25, 18, 44, 5),
  environment: 'prod',
  stack: 'storefront',
  service: 'web',
  deploymentId: 'd1',
  requestId: 'build-7',
  workflowId: 'deploy/prod/storefront/web',
  runId: 'run-1',
  asked: 'storefront/web → example/web:2 in prod',
  by: 'jane@host',
  why: 'release <7> & "more"',
  verdict: 'rolled-back',
  reason: 'no progress for 10 min',
  nextStep: 'Find out why, then deploy again.',
  commands: [],
  rancherUrl: 'https://rancher/env/1a5',
};

const slack = (template?: string): unknown =>
  JSON.parse(composeMessage({ kind: 'slack', template }, EVENT, 'https://temporal/w').body);
const webhook = (template?: string): unknown =>
  JSON.parse(composeMessage({ kind: 'webhook', template }, EVENT, null).body);

describe('a message', () => {
  test('to a webhook is the event as JSON, with its time in words', () => {
    expect(webhook()).toEqual({ ...EVENT, at: '2026-11-25T18:44:05.000Z', headline: 'rolled-back', temporalUrl: null });
  });

  test('to Slack has what a person needs, with Slack’s own characters escaped', () => {
    expect(slack()).toEqual({
      text: [
        '*rolled-back*: storefront/web → example/web:2 in prod, by jane@host (release &lt;7&gt; &amp; "more")',
        'no progress for 10 min',
        'Next: Find out why, then deploy again.',
        '<https://temporal/w|history> · <https://rancher/env/1a5|Rancher>',
      ].join('\n'),
    });
  });

  test('offers the commands where it waits for a person', () => {
    const waiting = {
      ...EVENT,
      event: 'waiting' as const,
      verdict: null,
      commands: ['drover confirm prod storefront/web'],
    };
    const { body } = composeMessage({ kind: 'slack', template: undefined }, waiting, null);
    expect(JSON.parse(body)).toMatchObject({
      text: expect.stringContaining('`drover confirm prod storefront/web`') as unknown,
    });
  });

  test('of a release or a pipeline says which of them it is', () => {
    const headline = (more: Partial<Notification>): unknown =>
      JSON.parse(
        composeMessage({ kind: 'webhook', template: '"{kind}: {headline}"' }, { ...EVENT, ...more }, null).body,
      );
    expect(headline({ kind: 'release' })).toBe('release: release rolled-back');
    expect(headline({ kind: 'pipeline', event: 'waiting', verdict: null })).toBe(
      'pipeline: a pipeline waits for a person',
    );
  });

  test('follows a template: what is filled in stays a part of its JSON', () => {
    expect(webhook('{"title": "{stack}/{service}: {verdict}", "note": "{why}", "kept": "{nothing}"}')).toEqual({
      title: 'storefront/web: rolled-back',
      note: 'release <7> & "more"',
      kept: '{nothing}',
    });
    expect(slack('{headline} by {by}: {why}')).toEqual({
      text: 'rolled-back by jane@host: release &lt;7&gt; &amp; "more"',
    });
  });

  test('has an id made of what it tells, and of nothing else', () => {
    expect(eventIdOf('d1', 'verdict', 5)).toBe(eventIdOf('d1', 'verdict', 5));
    const ids = [
      eventIdOf('d1', 'verdict', 5),
      eventIdOf('d1', 'waiting', 5),
      eventIdOf('d1', 'verdict', 6),
      eventIdOf('d2', 'verdict', 5),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
