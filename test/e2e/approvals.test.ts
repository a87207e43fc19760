import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorldSeed } from '../../simulator/world-seed';
import { Stack } from '../support/stack';
import type { Ended } from '../support/started-process';
import { waitFor } from '../worker/wait-for';
import { canary, CanarySearch } from './canaries';
import type { Canary } from './canaries';

jest.setTimeout(120_000);

/** Nobody may ever read them anywhere. */
const [OLD, NEW, OTHER] = [canary('the old key', true), canary('the new key', true), canary('no key of ours', true)];
const secretOf = ({ value }: Canary): string => value.padEnd(40, '1');

const seed: WorldSeed = {
  keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
  projects: ['dev', 'prod'].map((name) => ({
    name,
    stacks: [
      {
        name: 'shop',
        services: [{ name: 'web', launchConfig: { imageUuid: `docker:example/web:${name === 'dev' ? '2' : '1'}` } }],
      },
    ],
  })),
};

const PIPELINE = `name: signed
stack: shop
stages:
  - name: prod
    from: dev
    environments: prod
    approvals: { count: 2, signed: true }
`;

let stack: Stack;
const drover = (...args: string[]): Promise<Ended> => stack.startDrover(args).ended;
const keyFile = (name: string, line: string): string => {
  const path = join(stack.folder, name);
  writeFileSync(path, `${line}\n`);
  return path;
};

beforeAll(async () => {
  stack = await Stack.start({
    seed,
    environments: { dev: { project: 'dev' }, prod: { project: 'prod' } },
    // Two keys: the old one is still good while the new one is given out.
    extraYaml: 'worker:\n  approvalKeys:\n    ci-2026: { env: KEY_OLD }\n    ci-2027: { env: KEY_NEW }\n',
    workerEnv: { KEY_OLD: secretOf(OLD), KEY_NEW: secretOf(NEW) },
  });
}, 120_000);
afterAll(() => stack.close());

test('where signatures are asked for, who has a key of the workers may approve, and nobody else', async () => {
  const file = join(stack.folder, 'pipeline.yaml');
  writeFileSync(file, PIPELINE);
  const begun = await drover('pipeline', '-f', file, '--detach');
  const id = / pipeline (p[0-9a-f]{12}) /.exec(begun.stdout)?.[1] ?? 'none';
  await waitFor(
    'the stage to ask for approvals',
    async () => (await drover('pipelines', id)).stdout.includes('prod, from dev: approval: 2 to approve, signed'),
    60_000,
  );
  const approve = (as: string, ...more: string[]): Promise<Ended> =>
    drover('approve', id, '--as', as, '--stage', 'prod', ...more);
  const said: Ended[] = [];
  const refused = async (ended: Ended, why: RegExp): Promise<void> => {
    said.push(ended);
    expect(ended.code).toBe(7);
    expect(ended.stderr).toMatch(why);
  };
  await refused(await approve('gitlab shop#1'), /it does not count: it is not signed, and only signed approvals count/);
  const unknown = keyFile('unknown', `ci-2025:${secretOf(OLD)}`);
  await refused(
    await approve('gitlab shop#1', '--sign-with-file', unknown),
    /no key with the id ci-2025 is known; known here: ci-2026, ci-2027/,
  );
  const wrong = keyFile('wrong', `ci-2026:${secretOf(OTHER)}`);
  await refused(await approve('gitlab shop#1', '--sign-with-file', wrong), /its signature does not fit/);

  const first = await approve('gitlab shop#1', '--sign-with-file', keyFile('old', `ci-2026:${secretOf(OLD)}`));
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toMatch(/^stage prod: 1 more to approve\n/);
  const second = await approve('joe', '--sign-with-file', keyFile('new', `ci-2027:${secretOf(NEW)}`));
  expect(second.stdout).toMatch(/^stage prod: approved: the stage goes on\n/);
  const watched = await drover('pipelines', id, '--watch');
  expect(watched.code).toBe(0);
  expect(watched.stdout).toMatch(/approved by gitlab shop#1, joe/);
  said.push(first, second, watched);

  const search = new CanarySearch([OLD, NEW, OTHER]);
  const logs = stack.workers.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  const lines = said.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  const history = JSON.stringify(await stack.history(`pipeline/${id}`));
  for (const [place, text] of Object.entries({ logs, lines, history })) expect(search.find(place, text)).toEqual([]);
});

test('a file that holds no key is refused, and what it holds is not told', async () => {
  const short = await drover(
    ...['approve', 'p0123456789ab', '--stage', 'prod'],
    ...['--sign-with-file', keyFile('short', 'ci-2026:canary-short')],
  );
  expect(short.code).toBe(2);
  expect(short.stderr).toMatch(/the secret has 12 characters; it must have 32 at least/);
  expect(short.stderr).not.toContain('canary-short');
});
