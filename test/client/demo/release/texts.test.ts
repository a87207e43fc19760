import { freezeEnd, pipelineText } from '../../../../client/demo/release/pipeline-text';
import { releaseText } from '../../../../client/demo/release/release-text';
import { parsePipeline } from '../../../../client/input/pipeline/pipeline-file';
import { parseRelease } from '../../../../client/input/release/release-file';
import { frozenUntil } from '../../../../decision/freeze';

const NOW = Date.parse('2026-11-25T23:32:49.123Z');

test.each<[now: string, end: string]>([
  ['2026-11-25T23:32:00.000Z', '2026-11-25T23:33:00.000Z'],
  ['2026-11-25T23:32:45.000Z', '2026-11-25T23:33:00.000Z'],
  ['2026-11-25T23:32:45.001Z', '2026-11-25T23:34:00.000Z'],
  ['2026-12-31T23:59:59.000Z', '2027-01-01T00:01:00.000Z'],
])(
  'a freeze that is kept from %s on ends at %s: at a full minute, and not within the next fifteen seconds',
  (now, end) => {
    expect(new Date(freezeEnd(Date.parse(now), 15_000)).toISOString()).toBe(end);
  },
);

test('the file of the pipeline is frozen in qa alone, up to that end, and can be read again when that is past', () => {
  const end = freezeEnd(NOW, 15_000);
  const text = pipelineText((alias) => `${alias}-1`, end);
  const { stages } = parsePipeline(text, 'pipeline.yaml', NOW);
  expect(stages.map(({ from, environments }) => [from, environments])).toEqual([
    ['dev-1', ['qa-1']],
    ['qa-1', ['demo-1']],
    ['demo-1', ['prod-dmz1-1', 'prod-dmz2-1']],
  ]);
  const [qa, ...others] = stages;
  expect(frozenUntil(qa?.freeze ?? [], NOW)).toEqual({ window: 'load test', untilMillis: end });
  expect(frozenUntil(qa?.freeze ?? [], end)).toBeNull();
  expect(others.flatMap(({ freeze }) => freeze)).toEqual([]);
  expect(stages.map(({ approvals }) => approvals?.count)).toEqual([undefined, undefined, 2]);
  expect(() => parsePipeline(text, 'pipeline.yaml', end + 60_000)).not.toThrow();
});

test('the file of a release has the services in their order, the last one with a tag of its own', () => {
  const { services } = parseRelease(releaseText('dev', '3.0', '3.0-broken'), 'release.yaml');
  expect(services.map(({ service, image, dependsOn }) => [service, image, dependsOn])).toEqual([
    ['db', 'example/shop-db:3.0', []],
    ['api', 'example/shop-api:3.0', ['dev/shop/db']],
    ['web', 'example/shop-web:3.0-broken', ['dev/shop/api']],
  ]);
});
