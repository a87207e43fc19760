import type { PipelineRequest, PipelineStage } from '../../decision/pipeline';
import { whyNoPipeline } from '../../decision/why-no-pipeline';

const STAGE: PipelineStage = {
  name: 'qa',
  from: 'dev',
  environments: ['qa'],
  order: 'sequence',
  approvals: { count: 1, people: ['jane'], expiresMillis: 1000 },
  soakMillis: 0,
  freeze: [{ name: 'night', timeZone: 'Europe/Berlin', from: '22:00', to: '06:00' }],
};
const PIPELINE: PipelineRequest = {
  requestId: 'r1',
  pipelineId: 'p1',
  name: 'shop',
  stack: 'shop',
  services: null,
  stages: [STAGE, { ...STAGE, name: 'prod', environments: ['a', 'b'], order: 'canary', approvals: null, freeze: [] }],
  author: { by: 'jane@host' },
};

const stage = (change: Record<string, unknown>): Record<string, unknown> => ({ stages: [{ ...STAGE, ...change }] });
const night = (change: Record<string, unknown>): Record<string, unknown> =>
  stage({ freeze: [{ ...STAGE.freeze[0], ...change }] });

test('a pipeline is one', () => {
  expect(whyNoPipeline(PIPELINE)).toBeNull();
  expect(whyNoPipeline({ ...PIPELINE, services: ['web'] })).toBeNull();
  expect(whyNoPipeline(JSON.parse(JSON.stringify(PIPELINE)))).toBeNull();
});

test.each([undefined, null, 'pipeline', 7, [], [PIPELINE]])('%j is none', (given) => {
  expect(whyNoPipeline(given)).toBe(
    'the input is no pipeline: an object is expected, as the client of Drover sends it',
  );
});

test.each<[string, Record<string, unknown>, string]>([
  ['no id', { pipelineId: 7 }, '"pipelineId" is no text of 1 to 1000 characters'],
  ['nobody who asks', { author: null }, '"author" is no object with "by", a text'],
  ['services that are none', { services: ['web', ''] }, '"services" is neither null nor a list of names'],
  ['no services', { services: [] }, '"services" is neither null nor a list of names'],
  ['no stages', { stages: [] }, '"stages" is no list of 1 to 50'],
  ['too many stages', { stages: Array(51).fill(STAGE) }, '"stages" is no list of 1 to 50'],
  ['a stage that is none', { stages: [STAGE, 'prod'] }, 'in "stages[1]": it is no object'],
  ['a stage without a source', stage({ from: '' }), 'in "stages[0]": "from" is no text of 1 to 1000 characters'],
  [
    'a stage that goes nowhere',
    stage({ environments: [] }),
    'in "stages[0]": "environments" is no list of 1 to 50 names',
  ],
  ['an environment twice', stage({ environments: ['a', 'a'] }), 'in "stages[0]": "environments" names one twice'],
  ['an unknown order', stage({ order: 'all' }), 'in "stages[0]": "order" is not one of sequence, parallel, canary'],
  ['a soak that is none', stage({ soakMillis: -1 }), 'in "stages[0]": "soakMillis" is no whole number'],
  ['approvals that are none', stage({ approvals: true }), 'in "stages[0]": "approvals" is neither null nor an object'],
  [
    'people that are none',
    stage({ approvals: { people: [1] } }),
    'in "stages[0]": "approvals.people" is no list of texts',
  ],
  [
    'a signature that is none',
    stage({ approvals: { count: 1, expiresMillis: 1, signed: 1 } }),
    'in "stages[0]": "approvals.signed" is not true or false',
  ],
  [
    'too few people',
    stage({ approvals: { count: 2, expiresMillis: 1, people: ['jane'] } }),
    'in "stages[0]": "approvals.people": 2 must approve, and only 1 may',
  ],
  ['freezes that are none', stage({ freeze: {} }), 'in "stages[0]": "freeze" is no list of at most 100'],
  ['a freeze that is none', stage({ freeze: ['night'] }), 'in "stages[0]": "freeze[0]" is no object'],
  ['a freeze without a zone', night({ timeZone: 1 }), 'in "stages[0]": "freeze[0]": "timeZone" is no text of 1 to'],
  [
    'a freeze in no zone',
    night({ timeZone: 'x' }),
    'in "stages[0]": "freeze[0]": "timeZone": it is no time zone that is',
  ],
  ['a freeze on no day', night({ days: 'sat' }), 'in "stages[0]": "freeze[0]": "days" is no list'],
  [
    'a freeze that is empty',
    night({ from: '2026-01-01T00:00', to: '2026-01-01T00:00' }),
    'in "stages[0]": "freeze[0]": "to": it',
  ],
])('with %s it is none', (_what, change, expected) => {
  const why = whyNoPipeline({ ...PIPELINE, ...change });
  expect(why?.slice(0, expected.length)).toBe(expected);
});
