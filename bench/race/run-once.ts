import { setTimeout as delay } from 'node:timers/promises';
import type { Traffic } from '../counting-proxy';
import { runMeasured } from '../measured-process';
import type { Times } from '../own-time';
import { momentsOf, timesOf } from '../own-time';
import type { Usage } from '../process-meter';
import { ProcessMeter } from '../process-meter';
import type { Lane, World } from '../world';

/** One upgrade by one contender. */
export interface RaceRun {
  readonly times: Times;
  /** For Drover: from the first event of the workflow's history to the last, less Rancher's own time, in seconds. */
  readonly lostByDeployment: number | null;
  readonly traffic: Traffic;
  readonly client: Usage;
  /** For Drover, over the run. */
  readonly worker: Usage | null;
  readonly temporal: Usage | null;
  readonly stateAtExit: string;
}

/** Requests may follow the end of a client: these are counted, too. */
const AFTERMATH_MILLIS = 300;

/** @throws Error when the client did not succeed */
export async function runOnce(world: World, lane: Lane, service: string, image: string): Promise<RaceRun> {
  const { contender, proxy } = lane;
  const isDrover = contender.drover !== undefined;
  // Two poll grids must not meet in the same phase each time.
  await delay(Math.random() * 1000);
  proxy.reset();
  const worker = isDrover ? new ProcessMeter(world.workerPid) : null;
  const temporal = isDrover ? new ProcessMeter(world.temporalPid) : null;
  const client = await runMeasured(world.command(lane, service, image));
  const stateAtExit = await world.stateOf(lane, service);
  await delay(AFTERMATH_MILLIS);
  const traffic = proxy.traffic();
  const journal = (await world.journal(lane, client.startedAt)).filter(({ name }) => name === service);
  const times = timesOf(momentsOf(journal), client.startedAt, client.endedAt);
  if (client.code !== 0 || times === null) {
    const said = client.output.slice(-2000);
    throw new Error(`${contender.label}: exit code ${String(client.code)}, ${service} is ${stateAtExit}\n${said}`);
  }
  await world.bringToRest(lane, service);
  const own = times.upgrading + times.finishing;
  return {
    ...{ times, traffic, client, stateAtExit },
    lostByDeployment: isDrover ? (await historySeconds(world, lane, service)) - own : null,
    ...{ worker: worker?.stop() ?? null, temporal: temporal?.stop() ?? null },
  };
}

async function historySeconds(world: World, lane: Lane, service: string): Promise<number> {
  const events = await world.stack.history(world.workflowId(lane, service));
  const [first, last] = [events[0], events.at(-1)].map((event) => millisOf(event?.['eventTime']));
  if (first === undefined || last === undefined) throw new Error(`${service}: its history is empty`);
  return (last - first) / 1000;
}

/** A protobuf timestamp as JSON has it. */
function millisOf(time: unknown): number {
  const { seconds = 0, nanos = 0 } = (time ?? {}) as { seconds?: number | string; nanos?: number };
  return Number(seconds) * 1000 + nanos / 1e6;
}
