import { readLane } from '../../../client/temporal/read-lane';
import { readPipeline } from '../../../client/temporal/read-pipeline';
import { readRelease } from '../../../client/temporal/read-release';

// What a worker of another release says; test/client/other-releases has it with processes.

const BETTER = { verdict: 'succeeded', reason: 'as asked', nextStep: '' };
const UNKNOWN = { verdict: 'postponed', reason: 'it waits for the moon', nextStep: '' };
const UNKNOWN_READ = {
  verdict: 'needs-attention',
  reason:
    'the verdict is "postponed", which this client does not know, for the worker is of another release: it waits for the moon',
};

test.each([
  ['release', readRelease],
  ['pipeline', readPipeline],
])('of a %s what is missing, or of another kind, is empty', (_what, read) => {
  for (const answer of [{}, null, 'nothing', { events: 'none', eventCount: 'many', startedAt: null }])
    expect(read(answer)).toMatchObject({ events: [], eventCount: 0, startedAt: 0, result: null });
  const event = { at: 1, level: 'info', text: 'said' };
  expect(read({ events: [event] }).events).toEqual([expect.objectContaining(event)]);
  expect(read({ result: BETTER }).result).toMatchObject({ ...BETTER, endedAt: 0 });
});

test.each([
  ['release', readRelease],
  ['pipeline', readPipeline],
])(
  'of a %s a verdict that is not known needs a person, and a word that is not known is shown as it is',
  (_what, read) => {
    const { result } = read({ result: UNKNOWN });
    expect(result).toMatchObject({
      ...UNKNOWN_READ,
      nextStep: 'Ask with a client of the release that the worker has.',
    });
    expect(read({ result: { reason: 'so' } }).result?.reason).toMatch(/^the verdict is none, which .*: so$/);
  },
);

test('the services of a release and its gates are read alike', () => {
  const read = readRelease({
    participants: [{ service: 'web', state: 'pondering', ...UNKNOWN }, { service: 'api' }],
    gates: [{ name: 'moon', state: 'pondering' }],
  });
  expect(read.participants).toMatchObject([
    { service: 'web', state: 'pondering', ...UNKNOWN_READ },
    { service: 'api', state: 'waiting', verdict: null, since: 0 },
  ]);
  expect(read.gates).toEqual([{ name: 'moon', environment: '', asks: '', state: 'pondering', why: null }]);
});

test('the stages of a pipeline are read alike, with who spoke and where', () => {
  const stage = { name: 'prod', state: 'pondering', rejectedBy: { by: 'joe' }, environments: [UNKNOWN, {}] };
  expect(readPipeline({ stages: [stage, {}] }).stages).toMatchObject([
    {
      ...{ name: 'prod', state: 'pondering', approvedBy: [], rejectedBy: { by: 'joe', why: null, at: 0 } },
      environments: [UNKNOWN_READ, { environment: '', verdict: null, changes: [] }],
    },
    { name: '', state: 'waiting', rejectedBy: null, environments: [] },
  ]);
});

test('of a lane who has the service and who waits; a place that is not known is none', () => {
  expect(readLane(null)).toEqual({ holder: null, waiting: [], places: {} });
  expect(readLane({ holder: 'unknown' }).holder).toBe('unknown');
  const read = readLane({
    holder: { requestId: 'r/0' },
    waiting: [{ requestId: 'r/1', images: 'example/web:1' }],
    places: {
      'r/0': { at: 'running', workflowId: 'w', runId: 'r' },
      'r/1': { at: 'waiting', position: 1, moon: 'waning' },
      'r/2': { at: 'over', workflowId: 'w' },
      'r/3': { at: 'the moon', workflowId: 'w' },
      'r/4': { at: 'waiting' },
    },
  });
  expect(read.holder).toEqual({ requestId: 'r/0', deploymentId: '', images: '', requestedBy: '', since: 0 });
  expect(read.waiting).toMatchObject([{ requestId: 'r/1', images: 'example/web:1', since: 0 }]);
  expect(read.places).toEqual({
    'r/0': { at: 'running', workflowId: 'w', runId: 'r' },
    'r/1': { at: 'waiting', position: 1 },
    'r/2': { at: 'over', workflowId: 'w' },
  });
});
