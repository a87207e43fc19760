import type { FaultEffect } from '../../simulator/faults';
import { startSimulator, type Simulator } from '../../simulator/simulator';
import { call, smallWorld, until, upgrade, WEB } from './rancher-api';

describe('faults of the simulated Rancher', () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ speed: 40, seed: smallWorld() });
  });
  afterEach(() => simulator.close());

  const upgrades = (): number => simulator.world.journal().filter((entry) => entry.action === 'upgrade').length;

  it.each([
    ['reset-before', 0],
    ['reset-after', 1],
  ] as const)('%s cuts the connection; %d upgrade has happened', async (kind, happened) => {
    simulator.world.addFault({ action: 'upgrade', service: 'web', effect: { kind } });
    await expect(upgrade(simulator.url, 'docker:example/web:2')).rejects.toThrow();
    expect(upgrades()).toBe(happened);
    expect((await call(simulator.url, 'GET', WEB)).status).toBe(200);
  });

  it.each([
    ['hang-before', 0],
    ['hang-after', 1],
  ] as const)('%s gives no answer; %d upgrade has happened', async (kind, happened) => {
    simulator.world.addFault({ action: 'upgrade', effect: { kind } });
    const waiting = fetch(`${simulator.url}${WEB}/?action=upgrade`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from('owner:owner-secret').toString('base64')}` },
      body: JSON.stringify({ inServiceStrategy: { launchConfig: { imageUuid: 'docker:example/web:2' } } }),
      signal: AbortSignal.timeout(300),
    });
    await expect(waiting).rejects.toThrow();
    expect(upgrades()).toBe(happened);
  });

  it('answers with a given status before or after the effect', async () => {
    simulator.world.addFault({
      action: 'upgrade',
      effect: { kind: 'status', status: 503, body: 'busy', headers: { 'Retry-After': '7' } },
    });
    simulator.world.addFault({ action: 'upgrade', effect: { kind: 'status-after', status: 502 } });
    const before = await upgrade(simulator.url, 'docker:example/web:2');
    expect([before.status, before.text, before.headers.get('retry-after'), upgrades()]).toEqual([503, 'busy', '7', 0]);
    const after = await upgrade(simulator.url, 'docker:example/web:2');
    expect([after.status, upgrades()]).toEqual([502, 1]);
  });

  it('answers with HTML, with half a reply, late, or not at all', async () => {
    const meet = async (effect: FaultEffect): Promise<void> => {
      simulator.world.addFault({ method: 'GET', pathIncludes: 'services/1s1', effect });
      await call(simulator.url, 'GET', WEB);
    };
    simulator.world.addFault({ effect: { kind: 'html' } });
    expect((await call(simulator.url, 'GET', WEB)).text).toContain('<html>');
    await expect(meet({ kind: 'truncated-json' })).rejects.toThrow(SyntaxError);
    const sent = Date.now();
    await meet({ kind: 'delay', millis: 150 });
    expect(Date.now() - sent).toBeGreaterThanOrEqual(145);
    simulator.world.addFault({ times: 0, effect: { kind: 'refuse-all' } });
    await expect(call(simulator.url, 'GET', WEB)).rejects.toThrow();
    await expect(call(simulator.url, 'GET', WEB)).rejects.toThrow();
    simulator.world.clearFaults();
    expect((await call(simulator.url, 'GET', WEB)).status).toBe(200);
  });

  it('lets the first matching requests pass, and happens as often as told', async () => {
    simulator.world.addFault({ method: 'GET', skip: 1, times: 2, effect: { kind: 'status', status: 500 } });
    const seen: number[] = [];
    for (let count = 0; count < 4; count += 1) seen.push((await call(simulator.url, 'GET', WEB)).status);
    expect(seen).toEqual([200, 500, 500, 200]);
    expect(simulator.world.requests().map((request) => request.status)).toEqual(seen);
  });

  it('shows the previous upgrade field when asked to', async () => {
    await upgrade(simulator.url, 'docker:example/web:2');
    await until(
      async () => (await call(simulator.url, 'GET', WEB)).body['upgrade'],
      (field) => field !== null,
    );
    simulator.world.addFault({ method: 'GET', effect: { kind: 'stale-upgrade-field' } });
    expect((await call(simulator.url, 'GET', WEB)).body['upgrade']).toBeNull();
    expect((await call(simulator.url, 'GET', WEB)).body['upgrade']).not.toBeNull();
  });
});
