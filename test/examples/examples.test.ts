import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildRequest } from '../../client/input/build-request';
import { parsePipeline, readPipelineFile } from '../../client/input/pipeline/pipeline-file';
import { parseRelease, readReleaseFile } from '../../client/input/release/release-file';
import { opensAt } from '../../decision/freeze';
import { stageGroups } from '../../decision/pipeline';
import { participantKey, releaseOrder } from '../../decision/release-order';
import { problemsOf } from '../client/input/problems-of';
import { ROOT } from '../support/root';

const folder = join(ROOT, 'examples');
const NOW = Date.parse('2026-11-28T12:00Z');

// What comes of them on a Rancher, test/e2e/examples.test.ts tells.
test('each example is read by one of the tests below', () => {
  expect(readdirSync(folder).sort()).toEqual([
    // test/e2e/ci-examples.test.ts
    'ci',
    // test/compose/compose-file.test.ts
    'compose',
    'pipeline-small.yaml',
    'pipeline.yaml',
    'release-small.yaml',
    'release.yaml',
  ]);
  expect(readdirSync(join(folder, 'ci')).sort()).toEqual([
    'Jenkinsfile',
    'bamboo.yml',
    'github-workflow.yml',
    'gitlab-ci.yml',
  ]);
});

test('examples/release.yaml is a release, in the order that its comments tell', () => {
  const release = readReleaseFile(join(folder, 'release.yaml'));
  expect(release).toMatchObject({
    name: 'storefront 2.4.1',
    onFailure: 'rollback-all',
    parallelism: 4,
    whenBusy: 'queue',
    confirm: 'manual',
  });
  const order = releaseOrder(release.services.map((service) => ({ ...service, key: participantKey(service) })));
  expect(order).toEqual({
    ok: true,
    waves: [['qa/storefront/db'], ['qa/storefront/api'], ['qa/storefront/web', 'qa/storefront/mailer']],
  });
  for (const service of release.services) expect(buildRequest(service, {}, new Date(NOW)).warnings).toEqual([]);
});

test('examples/pipeline.yaml is a pipeline, with the stages and times that its comments tell', () => {
  const { stages } = readPipelineFile(join(folder, 'pipeline.yaml'), NOW);
  expect(stages.map((stage) => [stage.name, stage.from, stageGroups(stage)])).toEqual([
    ['qa', 'dev', [['qa']]],
    ['demo', 'qa', [['demo']]],
    ['prod', 'demo', [['prod-dmz1'], ['prod-dmz2', 'prod-dmz3']]],
  ]);
  const prod = stages[2]?.freeze ?? [];
  expect(new Date(opensAt(prod, NOW)).toISOString()).toBe('2026-11-29T23:00:00.000Z');
  expect(new Date(opensAt(prod, Date.parse('2026-12-24T12:00Z'))).toISOString()).toBe('2027-01-04T07:00:00.000Z');
});

test('the small ones are a release of two services in their order, and a pipeline that asks one person', () => {
  const { services } = readReleaseFile(join(folder, 'release-small.yaml'));
  const order = releaseOrder(services.map((service) => ({ ...service, key: participantKey(service) })));
  expect(order).toEqual({ ok: true, waves: [['qa/storefront/db'], ['qa/storefront/api']] });
  const { stages } = readPipelineFile(join(folder, 'pipeline-small.yaml'), NOW);
  expect(stages.map(({ from, environments, approvals }) => [from, environments, approvals?.count])).toEqual([
    ['dev', ['qa'], undefined],
    ['qa', ['prod-dmz1'], 1],
  ]);
});

/** The keys that are known where an unknown one stands: the refusal of it names them. */
function knownKeys(refused: () => unknown): string[] {
  const fix = problemsOf(refused).find(({ text }) => text.includes('there is no key "qqqqqqqqq"'))?.fix ?? '';
  return fix.replace('known here: ', '').split(', ');
}

test.each<[file: string, where: string, bad: string]>([
  ['release.yaml', 'a release', 'qqqqqqqqq: 1'],
  ['release.yaml', 'a service', 'services: { s/a: { qqqqqqqqq: 1 } }'],
  ['release.yaml', 'its policy', 'services: { s/a: { policy: { qqqqqqqqq: 1 } } }'],
  ['pipeline.yaml', 'a pipeline', 'qqqqqqqqq: 1'],
  ['pipeline.yaml', 'a stage', 'stages: [{ qqqqqqqqq: 1 }]'],
  ['pipeline.yaml', 'its approvals', 'stages: [{ approvals: { qqqqqqqqq: 1 } }]'],
  ['pipeline.yaml', 'its freezes', 'stages: [{ freeze: [{ qqqqqqqqq: 1 }] }]'],
])('examples/%s shows each key of %s', (file, _where, bad) => {
  const known = knownKeys(() => (file === 'release.yaml' ? parseRelease(bad, file) : parsePipeline(bad, file, NOW)));
  expect(known.length).toBeGreaterThan(3);
  const text = readFileSync(join(folder, file), 'utf8');
  expect(known.filter((key) => !new RegExp(`\\b${key}:`).test(text))).toEqual([]);
});
