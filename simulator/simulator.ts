import { Actions, RACE_MILLIS } from './actions';
import { Api } from './api';
import { Clock } from './clock';
import { Events } from './events';
import { FaultPlan } from './fault-plan';
import { Faults } from './faults';
import { HttpServer } from './http-server';
import { Persistence } from './persistence';
import { Reconciler } from './reconciler';
import { plantSeed } from './seed';
import { Store } from './store';
import { World } from './world';
import type { WorldSeed } from './world-seed';

export interface SimulatorOptions {
  /** 127.0.0.1 by default. */
  host?: string;
  /** 0 by default: a free one. */
  port?: number;
  /** 1 by default: the recordings' own timing, about a second a container step; 20: every wait and interval divided by 20. */
  speed?: number;
  /**
   * The whole state is kept here: written after each change (before an accepted action is answered) and read at the start.
   * A server that is killed and started again on it goes on with what was under way.
   */
  stateFile?: string;
  /** What is there at the start, unless the state file has content. */
  seed?: WorldSeed;
  /** Decides UUIDs, phases and jitter; 1 by default. */
  randomSeed?: number;
  /** How far apart two upgrades may come and both be accepted, milliseconds of real time; 8 by default, as seen on a real server. */
  raceMillis?: number;
  /** How far its clock, as the header `Date` tells it, goes ahead of this machine's, milliseconds; 0 by default. */
  clockSkewMillis?: number;
}

export interface Simulator {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly world: World;
  close(): Promise<void>;
}

/** Starts a Rancher 1.6 server in memory, over real HTTP. Rejects when the port cannot be had. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const store = new Store(options.randomSeed ?? 1);
  const clock = new Clock(options.speed ?? 1);
  const reconciler = new Reconciler(store, clock);
  const actions = new Actions(store, clock, reconciler, options.raceMillis ?? RACE_MILLIS);
  const api = new Api(store, actions, reconciler, clock);
  const faults = new Faults(() => store.random.next());
  const plan = new FaultPlan();
  const persistence = options.stateFile === undefined ? null : new Persistence(store, options.stateFile);
  const restored = persistence?.load() ?? false;
  if (!restored && options.seed !== undefined) plantSeed(store, reconciler.containers, options.seed);
  persistence?.watch();
  await persistence?.flush();
  let url = '';
  const world = new World(store, api, actions, reconciler, faults, plan, () => url);
  const events = new Events(store, api, clock);
  const http = new HttpServer(
    store,
    api,
    world,
    faults,
    plan,
    () => events.cut(),
    async () => persistence?.flush(),
    options.clockSkewMillis ?? 0,
  );
  events.attach(http.server, (path) => faults.take({ method: 'GET', path, action: null, service: null }) !== null);
  url = await http.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  reconciler.resume(restored);
  return {
    url,
    world,
    close: async () => {
      reconciler.stop();
      clock.stop();
      events.close();
      await http.close();
      await persistence?.close();
    },
  };
}
