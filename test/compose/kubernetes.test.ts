import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../support/root';
import type { ComposeService } from './compose-file';
import { COMPOSE_TEXT, millisOf, renderComposeFile } from './compose-file';

const text = readFileSync(join(ROOT, 'docs', 'kubernetes.md'), 'utf8');
const [, manifests = ''] = /```yaml\n([^]*?)```/.exec(text) ?? [];
const documents = parseAllDocuments(manifests);
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.object({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  livenessProbe: probe,
  readinessProbe: probe,
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const deployment = z
  .object({
    kind: z.literal('Deployment'),
    spec: z.object({
      template: z.object({
        spec: z.object({
          terminationGracePeriodSeconds: z.number(),
          containers: z.tuple([container]),
          volumes: z.array(z.object({ name: z.string() })),
        }),
      }),
    }),
  })
  .parse(documents.at(-1)?.toJS());
const pod = deployment.spec.template.spec;
const [worker] = pod.containers;
const env = Object.fromEntries(worker.env.map(({ name, value }) => [name, value]));
const inCompose: ComposeService | undefined = renderComposeFile(COMPOSE_TEXT, {}).services.worker;

test('the manifests are YAML: a secret, a configuration, a job and a deployment', () => {
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  expect(documents.map((one) => (one.toJS() as { kind: string }).kind)).toEqual([
    'Secret',
    'ConfigMap',
    'Job',
    'Deployment',
  ]);
});

test('the worker has the variables that it has in docker-compose.yml, and secrets that are there', () => {
  const wanted = Object.keys(inCompose?.environment ?? {}).filter((name) => name !== 'DROVER_TEMPORAL_WEB_URL');
  expect(Object.keys(env).sort()).toEqual(wanted.sort());
  const { stringData } = z.object({ stringData: z.record(z.string(), z.string()) }).parse(documents[0]?.toJS());
  const mounts = worker.volumeMounts.map(({ mountPath }) => mountPath);
  for (const [name, path] of Object.entries(env).filter(([name]) => name.endsWith('_FILE'))) {
    const [, folder = '', file = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    expect([name, mounts.includes(folder), Object.keys(stringData).includes(file)]).toEqual([name, true, true]);
  }
  const volumes = pod.volumes.map(({ name }) => name);
  for (const { name } of worker.volumeMounts) expect(volumes).toContain(name);
});

test('it is asked where it answers, and ends as it may in docker-compose.yml', () => {
  const ports = Object.fromEntries(worker.ports.map(({ name, containerPort }) => [name, containerPort]));
  expect(env.DROVER_HEALTH_ADDRESS).toBe(`0.0.0.0:${String(ports.health)}`);
  expect(env.DROVER_METRICS_ADDRESS).toBe(`0.0.0.0:${String(ports.metrics)}`);
  expect([worker.livenessProbe.httpGet, worker.readinessProbe.httpGet]).toEqual([
    { path: '/healthz', port: 'health' },
    { path: '/readyz', port: 'health' },
  ]);
  expect(pod.terminationGracePeriodSeconds * 1000).toBe(millisOf(inCompose?.stop_grace_period ?? ''));
});
