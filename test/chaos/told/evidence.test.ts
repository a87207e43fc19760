import type { AuditLine, DeploymentTold } from './evidence';
import { unannounced, wrongWith } from './evidence';

const audit: readonly AuditLine[] = [
  { id: 'r/1', event: 'asked' },
  { id: 'r/2', event: 'rancher', action: 'upgrade' },
  { id: 'r/3', event: 'rancher', action: 'upgrade', outcome: 'accepted' },
  { id: 'r/4', event: 'intervention' },
  { id: 'r/5', event: 'verdict' },
];
const RIGHT: DeploymentTold = {
  service: 'web',
  deploymentId: 'd1',
  verdict: 'succeeded',
  announced: ['d1.started.1', 'd1.waiting.2', 'd1.verdict.3'],
  waits: 1,
  messages: 1,
  upgrades: 1,
  audit,
};
const TAKEN = new Set(RIGHT.announced);

test('what is as it should be is right', () => {
  expect(wrongWith(RIGHT, TAKEN)).toEqual([]);
});

test.each<[string, Partial<DeploymentTold>, RegExp]>([
  [
    'an event that never came',
    { announced: [...RIGHT.announced, 'd1.waiting.9'], waits: 2 },
    /d1\.waiting\.9 never reached/,
  ],
  ['an event that was announced twice', { announced: [...RIGHT.announced, 'd1.verdict.3'] }, /announced twice/],
  ['no beginning', { announced: RIGHT.announced.slice(1) }, /told 0 times that it began/],
  ['no verdict', { announced: RIGHT.announced.slice(0, 2) }, /told 0 verdicts/],
  ['a wait that was not told', { waits: 2 }, /told 1 times that it waits, and waited 2/],
  ['an event of another deployment', { announced: [...RIGHT.announced, 'd2.started.1'] }, /another deployment/],
  [
    'a gap in the audit',
    { audit: audit.filter(({ event }) => event !== 'verdict') },
    /0 lines of the audit tell the verdict/,
  ],
  ['a message that the audit does not have', { messages: 2 }, /1 messages in the audit, 2 sent/],
  ['an upgrade that the audit does not have', { upgrades: 2 }, /1 accepted upgrades in the audit, 2 in/],
  [
    'one id for two lines',
    { audit: audit.map((line) => ({ ...line, id: 'r/1' })) },
    /two lines of the audit have one id/,
  ],
])('%s is found', (_what, change, expected) => {
  expect(wrongWith({ ...RIGHT, ...change }, TAKEN).join('\n')).toMatch(expected);
});

test('what nobody announced is found', () => {
  const deliveries = [...RIGHT.announced, 'd7.started.1', 'd7.started.1'].map((eventId) => ({ eventId, status: 204 }));
  expect(unannounced([RIGHT], deliveries)).toEqual(['d7.started.1']);
});
