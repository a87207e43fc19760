import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../../../worker/config/load-configuration';
import { DROVER_MAIN } from '../../support/fresh-dist';
import { StartedProcess } from '../../support/started-process';
import { TerminalSession } from '../../support/terminal-session';
import { jsonLines } from '../said';
import { BROKEN_SET_UPS } from './broken-set-ups';
import { doctor, expectNamed } from './examined';
import { Places, SECRETS } from './places';

/** As after `npm install --omit=optional`. */
const CLIENT_ALONE = `
const Module = require('node:module');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  if (!/^(?:@temporalio[/](?:activity|core-bridge|testing|worker|workflow)|lossless-json|node-fetch|ws)(?:[/]|$)/.test(name))
    return resolve.call(this, name, ...rest);
  throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
};
`;

let places: Places;
beforeAll(async () => {
  places = await Places.start();
}, 180_000);
afterAll(() => places.close());

test('a right set-up is green on the machine of the worker, and nothing was written', async () => {
  const config = places.write('drover.yaml', places.yaml());
  await places.stack.rancher.resetRequests();
  const { ended, findings } = await doctor(places, ['--config', config], places.keys);
  const unusual = findings.filter(({ status, check }) => status !== 'ok' && check !== 'temporal-web');
  expect({ unusual, code: ended.code, stderr: ended.stderr }).toEqual({ unusual: [], code: 0, stderr: '' });
  expect(jsonLines(ended).at(-1)).toMatchObject({ type: 'doctor', failed: 0, verdict: 'succeeded', exitCode: 0 });
  expect((await places.stack.rancher.requests()).map(({ method }) => method)).not.toContain('POST');
  expect(await places.stack.journal()).not.toContainEqual(expect.objectContaining({ kind: 'action' }));
  for (const secret of [...SECRETS, 'canary-value']) expect(ended.stdout).not.toContain(secret);
});

test('an event stream that is switched off is not tried', async () => {
  const yaml = places.yaml({ url: places.deaf.url }).replace('rancher:\n', 'rancher:\n  events: false\n');
  expect(yaml).toContain('events: false');
  const { findings } = await doctor(places, ['--config', places.write('drover.yaml', yaml)], places.keys);
  expect(findings.filter(({ check }) => check === 'rancher-events')).toEqual([
    expect.objectContaining({ status: 'ok', text: 'not used: rancher.events is false' }),
  ]);
});

test('the keys of the codec are told by their ids, and what is not encrypted is no fault', async () => {
  const config = places.write('drover.yaml', places.yaml());
  const { findings } = await doctor(places, ['--config', config], places.keys);
  expect(findings.filter(({ check }) => check === 'codec').map(({ environment, text }) => [environment, text])).toEqual(
    [
      [null, 'no codec is set up here: payloads are not encrypted'],
      ['prod', 'the worker reads what this command sends, and this command its answer'],
    ],
  );
});

test('where only Temporal is reachable the worker is asked, and what cannot be known here is skipped', async () => {
  const { address, namespace } = places.stack.temporal;
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, NODE_OPTIONS: places.preload(CLIENT_ALONE) };
  const folder = mkdtempSync(join(places.folder, 'thin-'));
  const { PATH } = process.env;
  const thin = new StartedProcess('drover doctor prod', DROVER_MAIN, ['doctor', 'prod'], {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
  });
  const { code, stdout } = await thin.ended;
  expect(stdout).toContain('This machine and Temporal\n  ok        node: Node.js v');
  expect(stdout).toContain('  skipped   configuration: this installation has only the client');
  expect(stdout).toContain('Environment prod\n');
  expect(stdout).toContain('  skipped   keys: no configuration of it is here: its worker has the keys\n');
  expect(stdout).toContain('  ok        rancher-role: the key may upgrade');
  expect(stdout).toMatch(/ {2}ok {8}worker-version: worker \S+ on Node\.js v\S+, as this command\n/);
  expect(stdout).toMatch(/\n\d+ ok, \d warnings?, 0 failed, 2 skipped\. /);
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

describe('names what is wrong', () => {
  const some = [
    'Temporal is down',
    'a search attribute of another type',
    'no worker for this environment',
    'a file of a secret that is missing here, while a worker answers',
    'keys of the codec that are none',
    'a key of the codec that the worker does not have',
    'the key of a read-only member',
  ];
  test('in seven set-ups; all others are in the long table', async () => {
    const rows = BROKEN_SET_UPS.filter(({ what }) => some.includes(what));
    expect(rows).toHaveLength(some.length);
    await Promise.all(rows.map((row) => expectNamed(places, row)));
  });
});

describe('drover init', () => {
  const RANCHER_KEYS = { RANCHER_ACCESS_KEY: 'canary-access', RANCHER_SECRET_KEY: 'canary-secret' };
  const environment = (): NodeJS.ProcessEnv => {
    const { PATH } = process.env;
    return { PATH, HOME: places.folder, TERM: 'dumb' };
  };
  const startIn = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): StartedProcess =>
    new StartedProcess(`drover ${args.join(' ')}`, DROVER_MAIN, args, { cwd, env: { ...environment(), ...env } });

  test('writes a configuration that is loaded, green, and deploys', async () => {
    const folder = mkdtempSync(join(places.folder, 'init-'));
    const { address } = places.stack.temporal;
    const given = ['--url', places.rancherUrl, '--address', address, '--namespace', places.namespaces.idle];
    const made = await startIn(folder, ['init', '--yes', ...given], RANCHER_KEYS).ended;
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('Production (1a5)\n    storefront/web  example/web:1\n');
    expect(made.stdout).toContain('Wrote drover.yaml: production, qa. No key is in it.');
    expect(made.stdout.trimEnd().split('\n').slice(-2)).toEqual([
      '  drover doctor',
      '  drover upgrade production storefront/web --image example/web:NEW_TAG',
    ]);
    const text = readFileSync(join(folder, 'drover.yaml'), 'utf8');
    for (const secret of SECRETS) expect(text + made.stdout).not.toContain(secret);
    const loaded = loadConfiguration({ env: { ...RANCHER_KEYS, HOME: folder }, cwd: folder });
    expect([...loaded.environments.values()].map(({ alias, project }) => [alias, project])).toEqual([
      ['production', 'Production'],
      ['qa', 'QA'],
    ]);

    const worker = startIn(folder, ['worker', '--json'], RANCHER_KEYS);
    try {
      await worker.saysOnStdout(/"type":"ready"/);
      const green = await startIn(folder, ['doctor', '--json'], RANCHER_KEYS).ended;
      expect(green.stdout).not.toContain('"status":"failed"');
      expect(green.code).toBe(0);
      const upgrade = [
        'upgrade',
        'production',
        'storefront/web',
        '--image',
        'example/web:2',
        '--batch-interval',
        '100ms',
      ];
      expect(await startIn(folder, upgrade).ended).toMatchObject({ code: 0 });
      expect(await places.stack.actions('web')).toEqual(['upgrade', 'finishupgrade']);
    } finally {
      await worker.stop();
    }
  }, 120_000);

  test('leaves a file that is there as it is, and asks nobody where nobody is', async () => {
    const folder = join(places.write('drover.yaml', '# mine\n'), '..');
    const again = await startIn(folder, ['init', '--yes', '--url', places.rancherUrl], RANCHER_KEYS).ended;
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain('"drover.yaml" is there already; nothing was written');
    expect(readFileSync(join(folder, 'drover.yaml'), 'utf8')).toBe('# mine\n');
    const alone = await startIn(folder, ['init', '--output', 'other.yaml']).ended;
    expect(alone).toMatchObject({ code: 2, stdout: '' });
    expect(alone.stderr).toContain('standard input: it is no terminal, so nothing can be asked\n  add --yes');
    const forced = ['init', '--yes', '--force', '--environments', 'QA', '--url', places.rancherUrl, '--json'];
    const replaced = await startIn(folder, forced, RANCHER_KEYS).ended;
    expect(jsonLines(replaced)).toMatchObject([{ type: 'init', environments: [{ alias: 'qa', project: 'QA' }] }]);
    expect(readdirSync(folder)).toEqual(['drover.yaml']);
  });

  test.each([
    [
      'a key that is refused',
      () => places.rancherUrl,
      { RANCHER_SECRET_KEY: 'canary-other' },
      7,
      'Check the access key',
    ],
    ['a web page', () => places.html.url, {}, 9, 'Check --url (or RANCHER_URL)'],
    ['no key', () => places.rancherUrl, { RANCHER_SECRET_KEY: '' }, 2, 'RANCHER_SECRET_KEY_FILE'],
  ])('writes nothing for %s', async (_, url, env, code, says) => {
    const folder = mkdtempSync(join(places.folder, 'refused-'));
    const ended = await startIn(folder, ['init', '--yes', '--url', url()], { ...RANCHER_KEYS, ...env }).ended;
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toContain('canary');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('asks at a terminal, and shows no key that is typed', async () => {
    const folder = mkdtempSync(join(places.folder, 'asked-'));
    const session = new TerminalSession([process.execPath, DROVER_MAIN, 'init'], { cwd: folder, env: environment() });
    await session.answer("Rancher's address: ", places.rancherUrl);
    await session.answer("The access key of Rancher's API (it is not shown): ", 'canary-access');
    await session.answer('Where will the worker find the access key?', '');
    await session.answer("The secret key of Rancher's API (it is not shown): ", 'canary-secret');
    await session.answer('Where will the worker find the secret key?', '/run/secrets/rancher');
    await session.answer('Which environments? Names or ids, with commas [all]: ', '1a5');
    await session.answer('An alias for Production, for commands [production]: ', 'prod');
    await session.answer("Temporal's address [127.0.0.1:7233]: ", '');
    await session.answer("Temporal's namespace [default]: ", 'deployments');
    expect(await session.ended).toBe(0);
    for (const secret of SECRETS) expect(session.shown).not.toContain(secret);
    const text = readFileSync(join(folder, 'drover.yaml'), 'utf8');
    expect(text).not.toContain('canary');
    expect(text).toContain('  secretKey: { file: "/run/secrets/rancher" }\n');
    expect(text).toContain('  "prod": # the alias');
    expect(text).toContain('  namespace: "deployments"\n');
  }, 60_000);

  test('broken off by Ctrl-C it writes nothing', async () => {
    const folder = mkdtempSync(join(places.folder, 'off-'));
    const session = new TerminalSession([process.execPath, DROVER_MAIN, 'init'], { cwd: folder, env: environment() });
    await session.answer("Rancher's address: ", '\u0003');
    expect(await session.ended).toBe(2);
    expect(session.shown).toContain('broken off; nothing was written');
    expect(existsSync(join(folder, 'drover.yaml'))).toBe(false);
  }, 60_000);
});
