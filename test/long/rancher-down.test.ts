import { setTimeout as delay } from 'node:timers/promises';
import type { Passage } from '../../rancher/circuit';
import { Circuit, SILENCES_TO_OPEN, WIDEST_PROBE_MILLIS } from '../../rancher/circuit';
import { DEFAULT_POLICY } from '../../decision/policy';
import { Rig } from '../support/rig';
import type { WorldSeed } from '../../simulator/world-seed';

// `npm run measure:outage`: what reaches a Rancher that is down while deployments wait for it, with and without the circuit, under the
// product's own limits; and how soon they notice that it is back.

const DEPLOYMENTS = Number(process.env['DROVER_DEPLOYMENTS'] ?? 200);
const AWAY_SECONDS = Number(process.env['DROVER_AWAY_SECONDS'] ?? 150);
const MINUTE = 60_000;
const SPEED = 20;
const names = Array.from({ length: DEPLOYMENTS }, (_, index) => `web-${String(index + 1).padStart(4, '0')}`);

const seed: WorldSeed = {
  keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
  projects: [
    {
      name: 'Production',
      stacks: [
        {
          name: 'storefront',
          services: names.map((name) => ({ name, scale: 1, launchConfig: { imageUuid: `docker:example/${name}:1` } })),
        },
      ],
    },
  ],
  // Rancher is not through with any of them before the outage, and with all of them after it.
  behaviours: names.map((name) => ({ image: `docker:example/${name}:2`, pullMillis: SPEED * AWAY_SECONDS * 1000 })),
};

/** As it was before there was one. */
class NoCircuit extends Circuit {
  override pass(): Passage {
    return { answered: () => undefined, failed: () => undefined };
  }
}

interface Figures {
  readonly inAll: number;
  readonly perSecond: string;
  readonly inTheWorstSecond: number;
  readonly afterHalfAMinute: number;
  readonly lastNoticedAfterSeconds: number;
  readonly succeeded: number;
}

async function measure(circuit: Circuit): Promise<Figures> {
  const rig = await Rig.start({ seed, policy: DEFAULT_POLICY, speed: SPEED, circuit });
  try {
    const overrides = { timeoutMillis: 4 * 60 * MINUTE };
    const deploying = [];
    for (const name of names)
      deploying.push(await rig.start({ stack: 'storefront', service: name, image: `example/${name}:2`, overrides }));
    const { world } = rig.simulator;
    const upgraded = (): number => world.journal().filter(({ action }) => action === 'upgrade').length;
    while (upgraded() < DEPLOYMENTS) await delay(500);
    // What they do between two reads: pauses of a few seconds.
    await delay(10_000);
    const before = world.requests().length;
    world.addFault({ times: 0, effect: { kind: 'refuse-all' } });
    const gone = Date.now();
    await rig.eventually(() => Date.now() - gone >= AWAY_SECONDS * 1000);
    world.clearFaults();
    const back = Date.now();
    const inOutage = world
      .requests()
      .slice(before)
      .filter(({ at }) => Date.parse(at) < back);
    const results = await Promise.all(deploying.map((one) => one.result()));
    /** By service: the first of its requests that was answered again. */
    const noticed = new Map<string, number>();
    for (const { path, status, at } of world.requests()) {
      const service = /\/services\/([^/?]+)/.exec(path)?.[1];
      if (service === undefined || status !== 200 || Date.parse(at) < back || noticed.has(service)) continue;
      noticed.set(service, Date.parse(at) - back);
    }
    expect(noticed.size).toBe(DEPLOYMENTS);
    const seconds = new Map<number, number>();
    for (const { at } of inOutage) {
      const second = Math.floor((Date.parse(at) - gone) / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    return {
      inAll: inOutage.length,
      perSecond: (inOutage.length / AWAY_SECONDS).toFixed(2),
      inTheWorstSecond: Math.max(...seconds.values()),
      afterHalfAMinute: inOutage.filter(({ at }) => Date.parse(at) - gone > MINUTE / 2).length,
      lastNoticedAfterSeconds: Math.round(Math.max(...noticed.values()) / 1000),
      succeeded: results.filter(({ verdict }) => verdict === 'succeeded').length,
    };
  } finally {
    await rig.close();
  }
}

test(
  `${DEPLOYMENTS} deployments in flight on one worker, and Rancher down for ${AWAY_SECONDS} s`,
  async () => {
    const without = await measure(new NoCircuit());
    const circuit = await measure(new Circuit());
    process.stdout.write(`\n${JSON.stringify({ deployments: DEPLOYMENTS, without, circuit }, null, 2)}\n`);
    expect([without.succeeded, circuit.succeeded]).toEqual([DEPLOYMENTS, DEPLOYMENTS]);
    // After half a minute nothing but probes: one in 12 seconds at most.
    const probes = Math.ceil((AWAY_SECONDS - 30) / (0.8 * (WIDEST_PROBE_MILLIS / 1000))) + 1;
    expect(circuit.afterHalfAMinute).toBeLessThanOrEqual(probes);
    expect(without.afterHalfAMinute).toBeGreaterThan(10 * probes);
    // And before that those that opened it, those that were under way then, each perhaps twice, and the first probes.
    expect(circuit.inAll).toBeLessThanOrEqual(2 * (SILENCES_TO_OPEN + 100) + 5 + probes);
  },
  30 * MINUTE,
);
