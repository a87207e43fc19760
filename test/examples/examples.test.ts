import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildRequest } from '../../client/input/build-request';
import { readPipelineFile } from '../../client/input/pipeline/pipeline-file';
import { readReleaseFile } from '../../client/input/release/release-file';
import { opensAt } from '../../decision/freeze';
import { stageGroups } from '../../decision/pipeline';
import { releaseOrder, participantKey } from '../../decision/release-order';
import { root } from '../support/root';

const folder = join(root, 'examples');
const NOW = Date.parse('2026-11-28T12:00Z');

test('each example is read by one of the tests below', () => {
  expect(readdirSync(folder).sort()).toEqual(['pipeline.yaml', 'release.yaml']);
});

test('examples/release.yaml is a release, in the order that its comments tell', () => {
  const release = readReleaseFile(join(folder, 'release.yaml'));
  expect(release).toMatchObject({ name: 'storefront 2.4.1', onFailure: 'rollback-all', parallelism: 4, confirm: 'manual' });
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

test.each(['release.yaml', 'pipeline.yaml'])('examples/%s explains each of its keys', (name) => {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  expect(lines.filter((line) => line.trim().startsWith('#')).length).toBeGreaterThan(15);
});
