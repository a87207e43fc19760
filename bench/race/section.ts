import type { Contender } from '../contenders/contender';
import { everybody } from '../contenders/everybody';
import type { Section, SectionFigures, SectionOptions } from '../section';
import type { Lane } from '../world';
import { World } from '../world';
import type { RaceRun } from './run-once';
import { runOnce } from './run-once';
import { raceFigures } from './tables';

/** What is upgraded: two services, as the measurements of a real server had them. */
export const RACED = [
  { name: 'web', scale: 2 },
  { name: 'worker', scale: 1 },
] as const;

/**
 * The images of a round are pulled for up to so long, the same for everybody: the simulated Rancher's own time is nearly constant, and a
 * client that asks every second or two would meet it in the same phase again and again.
 */
const PULL_SPREAD_MILLIS = 2000;

export const RACE: Section = {
  name: 'race',
  title: 'One fast upgrade',
  about:
    'One service of two containers and one of a single one are upgraded, from the start of a command to its exit code: how much time is lost over what Rancher itself needs, and what it costs.',
  run: race,
};

/** Runs of each contender and service by turns, all on the same simulated Rancher. */
export type RaceRuns = ReadonlyMap<Contender, ReadonlyMap<string, readonly RaceRun[]>>;

async function race({ runs, say }: SectionOptions): Promise<SectionFigures> {
  const { contenders, versions, notes } = await everybody(say);
  const services = RACED.map(({ name, scale }) => ({
    ...{ name, scale, launchConfig: { imageUuid: `docker:example/${name}:1` } },
  }));
  const world = await World.open({ contenders, services });
  try {
    const all = new Map(contenders.map((contender) => [contender, new Map<string, RaceRun[]>()]));
    const pulls = stratified(runs);
    // The first of all is not counted: it finds everything cold.
    for (let round = 0; round <= runs; round += 1) {
      for (const lane of rotated(world.lanes, round)) {
        for (const { name, scale } of RACED) {
          const image = `example/${name}:${round + 2}`;
          const pullMillis = Math.round(((pulls[round - 1] ?? 0) * PULL_SPREAD_MILLIS) / scale);
          await world.stack.rancher.addBehaviour({ image, pullMillis });
          const run = await runOnce(world, lane, name, image);
          say(`${round === 0 ? 'warming up' : `run ${round}`}: ${said(lane, name, run)}`);
          if (round > 0) listIn(all.get(lane.contender), name).push(run);
        }
      }
    }
    const figures = raceFigures(all);
    return { ...figures, notes: [...figures.notes, ...notes], versions };
  } finally {
    await world.close();
  }
}

function said({ contender }: Lane, service: string, { times, traffic }: RaceRun): string {
  const parts = [times.toPost, times.noticing, times.toExit].map((part) => part.toFixed(2)).join(' + ');
  return `${contender.label}, ${service}: ${times.wall.toFixed(2)} s, lost ${times.lost.toFixed(2)} (${parts}), ${traffic.requests.length} requests`;
}

function listIn(lists: Map<string, RaceRun[]> | undefined, name: string): RaceRun[] {
  const list = lists?.get(name) ?? [];
  lists?.set(name, list);
  return list;
}

/** So many numbers from 0 to 1, by chance, and yet one of each part of that. */
function stratified(count: number): number[] {
  return Array.from({ length: count }, (_, at) => ({ value: (at + Math.random()) / count, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ value }) => value);
}

/** No contender is always the first. */
const rotated = <T>(items: readonly T[], by: number): T[] => {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
};
