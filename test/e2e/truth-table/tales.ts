import { freePort } from '../../../worker/temporal-server/ports';
import { PHASES } from '../../../decision/phase';
import type { Phase } from '../../../decision/phase';
import type { Service } from '../../support/seeds';
import { expectPlain, jsonLines, resultOf } from '../said';
import { ENDLESS, PAIR } from './means';
import type { RowScene } from './row-scene';
import { webLink } from './run-row';

/** What is told of several commands about one service, and so is no row of the table; it happens beside the rows. */
export interface Tale {
  readonly title: string;
  readonly service: string;
  readonly seed?: Partial<Service>;
  readonly tell: (one: RowScene) => Promise<void>;
}

const DONE = ['upgrade', 'finishupgrade'];

export const TALES: readonly Tale[] = [
  {
    title: 'held, and confirmed: 0 twice, and one finish',
    service: 'held',
    tell: async (one) => {
      const held = await one.upgrade('--hold', '--json');
      expect(held).toMatchObject({ code: 0, stderr: '' });
      expect(resultOf(held)).toMatchObject({ verdict: 'held', exitCode: 0 });
      expect(resultOf(held)['nextStep']).toContain(`drover confirm ${one.target}`);
      expect(await one.actions()).toEqual(['upgrade']);

      const listed = await one.stack.drover(['list', '--running', '--service', 'held', '--json']);
      expect(jsonLines(listed)).toMatchObject([
        { type: 'deployment', service: 'held', phase: 'confirming', verdict: null },
      ]);

      const refused = await one.run('retry', '--json');
      expect(refused.code).toBe(7);
      expect(resultOf(refused)).toMatchObject({
        verdict: 'refused',
        reason: expect.stringContaining('waits for a person') as string,
      });

      const confirmed = await one.run('confirm', '--json');
      expect(confirmed.code).toBe(0);
      expect(jsonLines(confirmed)).toMatchObject([
        { type: 'intervention', name: 'confirm', how: 'acknowledged', phase: 'confirming', exitCode: 0 },
      ]);
      const end = await one.run('status', '--watch');
      expect(end.code).toBe(0);
      expectPlain(end, one.target, 'succeeded');
      expect(await one.actions()).toEqual(DONE);

      for (const name of ['confirm', 'cancel', 'rollback', 'retry']) {
        const late = await one.run(name);
        expect(late).toMatchObject({ code: 7, stdout: '' });
        expect(late.stderr).toContain(
          `There is nothing to ${name}: the last deployment of ${one.target} is over since`,
        );
        expect(late.stderr).toContain('its verdict is "succeeded"');
        expect(late.stderr).toMatch(/refused \(exit code 7\)\n$/);
      }
      expect(await one.actions()).toEqual(DONE);
    },
  },
  {
    title: 'detached at once, attached to again, left again, cancelled',
    service: 'left',
    seed: PAIR,
    tell: async (one) => {
      const id = ['--request-id', one.requestId, ...ENDLESS];
      const left = await one.upgrade(...id, '--detach');
      expect(left).toMatchObject({ code: 5, stderr: '' });
      expectPlain(left, one.target, 'detached');
      expect(left.stdout).toMatch(webLink(one));
      await one.reaches('waiting');

      const status = await one.run('status');
      expect(status.code).toBe(0);
      expect(status.stdout).toMatch(/cases\/left in prod: running .*request request-left/);
      expect(status.stdout).toMatch(/phase +waiting for /);
      expect(status.stdout).toMatch(webLink(one));
      const all = await one.stack.drover(['list', '--environment', 'prod', '--running', '--service', 'left']);
      expect(all.stdout).toMatch(/cases\/left +waiting .*example\/left:2/);

      const again = await one.upgrade(...id, '--follow-timeout', '1s', '--json');
      expect(again.code).toBe(5);
      expect(resultOf(again)).toMatchObject({ verdict: 'detached', exitCode: 5, how: 'attached' });

      const other = await one.upgrade('--request-id', 'request-other', '--image', 'example/left:3');
      expect(other).toMatchObject({ code: 7, stdout: '' });
      expect(other.stderr).toMatch(
        /prod cases\/left is busy: .+@.+ deploys example\/left:2 there since \d{4}-.*\(phase waiting, request request-left\)/,
      );
      const changed = await one.upgrade(...id, '--image', 'example/left:3', '--json');
      expect(changed.code).toBe(2);
      expect(resultOf(changed)).toMatchObject({
        verdict: 'invalid',
        exitCode: 2,
        reason: expect.stringMatching(
          /request-left.*another image \(example\/left:2 then, example\/left:3 now\)/,
        ) as string,
      });
      expect(await one.actions()).toEqual(['upgrade']);

      expect((await one.run('cancel')).code).toBe(0);
      const end = await one.run('status', '--watch');
      expect(end.code).toBe(6);
      expectPlain(end, one.target, 'cancelled');
      expect(await one.actions()).toEqual(['upgrade', 'rollback']);
      expect((await one.upgrade(...id, '--image', 'example/left:3')).code).toBe(2);
      expect(await one.actions()).toEqual(['upgrade', 'rollback']);
    },
  },
  {
    title: 'interrupted by SIGINT: 5; it goes on, the same command attaches to it, and it is cancelled',
    service: 'interrupted',
    seed: PAIR,
    tell: async (one) => {
      const request = ['--request-id', one.requestId, ...ENDLESS];
      const client = one.startUpgrade(...request);
      await client.saysOnStdout(/ waiting: /);
      const interrupted = await client.kill('SIGINT');
      expect(interrupted).toMatchObject({ code: 5, signal: null, stderr: '' });
      expectPlain(interrupted, one.target, 'detached');
      expect(interrupted.stdout).toContain('the deployment goes on');

      const again = one.startUpgrade(...request);
      await again.saysOnStdout(/ deployment: .*running.* already: attached to it /);
      await again.saysOnStdout(/ waiting: /);
      expect((await one.run('cancel')).code).toBe(0);
      const ended = await again.ended;
      expect(ended.code).toBe(6);
      expectPlain(ended, one.target, 'cancelled');
      expect(await one.actions()).toEqual(['upgrade', 'rollback']);
    },
  },
  {
    title: 'two commands at once: one deploys, the other is refused',
    service: 'twice',
    tell: async (one) => {
      const both = await Promise.all([
        one.upgrade('--request-id', 'one', '--json'),
        one.upgrade('--request-id', 'two', '--image', 'example/twice:3', '--json'),
      ]);
      expect(both.map(({ code }) => code).sort()).toEqual([0, 7]);
      expect(both.map((ended) => resultOf(ended)['verdict']).sort()).toEqual(['refused', 'succeeded']);
      expect(await one.actions()).toEqual(DONE);
    },
  },
  {
    title: 'live, for machines: every line an object, the phases in their order, the result last',
    service: 'live',
    tell: async (one) => {
      const ended = await one.upgrade('--json');
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      const lines = jsonLines(ended);
      expect(lines[0]).toMatchObject({
        type: 'deployment',
        how: 'started',
        link: expect.stringMatching(webLink(one)) as string,
      });
      expect([...new Set(lines.map(({ type }) => type))].sort()).toEqual(['deployment', 'event', 'phase', 'result']);
      // Each is told when it is seen: a short one may pass between two looks.
      const phases = lines.filter(({ type }) => type === 'phase').map(({ phase }) => phase as Phase);
      expect(phases.length).toBeGreaterThan(1);
      expect(phases).toEqual(PHASES.filter((phase) => phases.includes(phase)));
      const told = resultOf(ended)['timeline'] as { phase: Phase }[];
      expect(told.map(({ phase }) => phase)).toEqual(['resolving', 'upgrading', 'waiting', 'verifying', 'finishing']);
      expect(resultOf(ended)).toMatchObject({
        verdict: 'succeeded',
        exitCode: 0,
        state: 'active',
        rounds: 1,
        images: [{ config: 'primary', from: 'example/live:1', to: 'example/live:2' }],
      });
    },
  },
  {
    title: 'a plan: names only, and nothing is written',
    service: 'secretive',
    seed: { launchConfig: { environment: { PASSWORD: 'hunter2-hunter2' } } },
    tell: async (one) => {
      const asked = ['--plan', '--variable', 'PASSWORD=db-password', '--label', 'tier=gold-and-more'];
      const [plain, json] = await Promise.all([one.upgrade(...asked), one.upgrade(...asked, '--json')]);
      expect(plain).toMatchObject({ code: 0, stderr: '' });
      expect(plain.stdout).toMatch(/Plan for cases\/secretive in prod \(nothing is written\):/);
      expect(plain.stdout).toMatch(/example\/secretive:1 → example\/secretive:2/);
      expect(plain.stdout).toMatch(/variable +PASSWORD: set from a reference \(value not shown\)/);
      expect(plain.stdout).toMatch(/label +tier: set/);
      expect(jsonLines(json)).toMatchObject([{ type: 'plan', variables: ['PASSWORD'], labels: ['tier'], exitCode: 0 }]);
      for (const { stdout } of [plain, json]) expect(stdout).not.toMatch(/hunter2|correct-horse|gold-and-more/);
      expect(await one.journal()).toEqual([]);
      expect(await one.stack.client.list({ service: 'secretive' })).toEqual([]);
      const { service } = await one.found();
      const written = (await one.stack.rancher.requests()).filter(({ method }) => method !== 'GET');
      expect(written.filter(({ path }) => new RegExp(`/${String(service['id'])}(?!\\d)`).test(path))).toEqual([]);
    },
  },
  {
    title: 'Temporal is away: 9, within seconds',
    service: 'planned',
    tell: async (one) => {
      const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
      const ended = await one.upgrade('--address', address);
      expect(ended).toMatchObject({ code: 9, stdout: '' });
      expect(ended.stderr).toContain(`Temporal does not answer at ${address} (from the address given)`);
      expect(ended.stderr).toContain('Nothing was started.');
      const json = await one.run('status', '--address', address, '--json');
      expect(json.code).toBe(9);
      expect(resultOf(json)).toMatchObject({ verdict: 'unreachable', exitCode: 9 });
      expect(await one.actions()).toEqual([]);
    },
  },
  {
    title: 'nobody knows it: 7',
    service: 'unknown',
    tell: async (one) => {
      for (const name of ['status', 'cancel', 'confirm', 'retry', 'rollback']) {
        const ended = await one.run(name);
        expect(ended).toMatchObject({ code: 7, stdout: '' });
        expect(ended.stderr).toContain('Temporal knows no deployment of prod cases/unknown.');
      }
    },
  },
];
