import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../worker/config/configuration-error';
import { loadConfiguration } from '../../worker/config/load-configuration';
import { buildIdOf } from '../../worker/worker-version';
import { codeOf, versionedBundle, withEncodedFailures } from '../../worker/bundle/workflow-bundle';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'drover-versioning-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function load(yaml: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof loadConfiguration> {
  writeFileSync(join(cwd, 'drover.yaml'), yaml);
  return loadConfiguration({ env: { HOME: cwd, ...env }, cwd });
}
const versioning = (yaml: string, env?: NodeJS.ProcessEnv): unknown => load(yaml, env).worker.versioning;
const ON = 'worker: { versioning: { enabled: true } }\n';
const CONTROLLED = { TEMPORAL_DEPLOYMENT_NAME: 'shop/drover', TEMPORAL_WORKER_BUILD_ID: 'sha-1' };

function problemsOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'none';
}

test('workers have no version unless it is asked for', () => {
  expect(versioning('worker: {}\n')).toBeUndefined();
  expect(versioning('worker: { versioning: { deployment: shop } }\n')).toBeUndefined();
  expect(versioning('worker: {}\n', { TEMPORAL_DEPLOYMENT_NAME: 'shop' })).toBeUndefined();
});

test('the file, a variable, or both variables of the Worker Controller ask for it; a variable has the last word', () => {
  expect(versioning(ON)).toEqual({ deployment: 'drover', buildId: undefined });
  expect(versioning('worker: {}\n', { DROVER_WORKER_VERSIONING: 'true' })).toEqual({ deployment: 'drover' });
  expect(versioning('worker: {}\n', CONTROLLED)).toEqual({ deployment: 'shop/drover', buildId: 'sha-1' });
  expect(versioning(ON, { ...CONTROLLED, DROVER_WORKER_VERSIONING: 'false' })).toBeUndefined();
  expect(versioning('worker: { versioning: { enabled: true, deployment: shop, buildId: b1 } }\n')).toEqual({
    deployment: 'shop',
    buildId: 'b1',
  });
});

test('names that Temporal would not take are refused, with the place', () => {
  expect(problemsOf(() => load('worker: { versioning: { enabled: true, deployment: "a.b" } }\n'))).toMatch(
    /drover\.yaml:1:.*the name of a Worker Deployment has 1 to 63 letters/,
  );
  expect(problemsOf(() => load(ON, { TEMPORAL_WORKER_BUILD_ID: 'a b' }))).toContain('TEMPORAL_WORKER_BUILD_ID');
  expect(problemsOf(() => load(ON, { DROVER_WORKER_VERSIONING: 'yes' }))).toContain('expected true or false');
});

test('a build is named by the code of the workflows, and not by the machine that bundled it', () => {
  const map = (path: string): string => `\n//# sourceMappingURL=data:application/json;base64,${btoa(path)}\n`;
  const id = buildIdOf('0.1.0', { code: `one${map('/here')}` });
  expect(id).toMatch(/^0\.1\.0-[0-9a-f]{12}$/);
  expect(buildIdOf('0.1.0', { code: `one${map('/there')}` })).toBe(id);
  expect(buildIdOf('0.1.0', { code: `two${map('/here')}` })).not.toBe(id);
});

test('a build is the same whether the codec is on or not: it is named by the code as it was built, and both tell it to that', () => {
  const built = { code: "one('drover-failures-are-in-clear')\ntwo" };
  const told = withEncodedFailures(versionedBundle(built));
  expect(told).toEqual(versionedBundle(withEncodedFailures(built)));
  expect(codeOf(told)).toBe("globalThis.droverIsVersioned = true; one('drover-failures-are-encoded')\ntwo");
});

test('no line of the code moves where its workflows are told that they are versioned', () => {
  const told = versionedBundle({ code: 'one\ntwo' });
  expect('code' in told ? told.code.split('\n') : []).toEqual([expect.stringMatching(/ one$/), 'two']);
});

test('a file that is of a later version is refused as that; one of this version is read', () => {
  expect(load('version: 1\n').file).toContain('drover.yaml');
  expect(problemsOf(() => load('version: 2\n'))).toMatch(
    /drover\.yaml:1:\d+: .*the file is of version 2, and this Drover reads files up to version 1/,
  );
  expect(problemsOf(() => load('version: newest\n'))).toContain('expected a whole number, 1');
});
