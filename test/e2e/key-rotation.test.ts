import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorldSeed } from '../../simulator/world-seed';
import type { StackEnvironment } from '../support/stack';
import { Stack } from '../support/stack';
import { Command, STACK } from './command';

/** How the worker is told the key; each has an environment of its own. */
const KINDS = ['file', 'command'] as const;
type Kind = (typeof KINDS)[number];

const accessKey = (kind: Kind): string => `ACCESS-${kind}`;
const keyFile = (kind: Kind): string => `key-of-${kind}`;
const FIRST = 'first-secret-5e0b';
const SECOND = 'second-secret-91ca';

const SEED: WorldSeed = {
  keys: KINDS.map((kind) => ({ accessKey: accessKey(kind), secretKey: FIRST, role: 'owner' as const })),
  projects: KINDS.map((kind) => ({
    name: `Project ${kind}`,
    stacks: [{ name: STACK, services: [{ name: kind, launchConfig: { imageUuid: `docker:example/${kind}:1` } }] }],
  })),
};

function environment(kind: Kind): StackEnvironment {
  const reads = `process.stdout.write(require('fs').readFileSync('${keyFile(kind)}'))`;
  return {
    project: `Project ${kind}`,
    accessKey: accessKey(kind),
    keyGrace: '1m',
    // Long enough for the key to change meanwhile.
    policy: { soak: '5s' },
    secretFile: keyFile(kind),
    ...(kind === 'command' ? { secretFrom: { command: [process.execPath, '-e', reads], refresh: '1h' } } : {}),
  };
}

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({
    seed: SEED,
    environments: Object.fromEntries(KINDS.map((kind) => [kind, environment(kind)])),
  });
}, 120_000);
afterAll(() => stack.close());

test.concurrent.each(KINDS)(
  "Rancher's key is replaced under a deployment: the %s tells the new one, and it goes on to succeeded by itself",
  async (kind) => {
    const command = new Command(stack, kind, kind);
    const running = command.startUpgrade();
    await command.reaches('verifying');
    await stack.rancher.addKey({ accessKey: accessKey(kind), secretKey: SECOND, role: 'owner' });
    // The former key is refused before the new one is told.
    await running.saysOnStdout(/401.*another key is waited for/, 30_000);
    writeFileSync(join(stack.folder, keyFile(kind)), `${SECOND}\n`);

    const ended = await running.ended;
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toMatch(/ succeeded/);
    expect(ended.stdout).not.toMatch(/parked|attention/);
    expect(await command.actions()).toEqual(['upgrade', 'finishupgrade']);
    expect(stack.workers).toHaveLength(1);
    expect(stack.workers[0]?.running).toBe(true);
    const said = `${ended.stdout}${stack.workers[0]?.stdout ?? ''}${stack.workers[0]?.stderr ?? ''}`;
    for (const secret of [FIRST, SECOND]) expect(said).not.toContain(secret);
  },
  90_000,
);
