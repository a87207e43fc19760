import { setTimeout as delay } from 'node:timers/promises';
import { DROVER, DROVER_WITHOUT_STREAM } from '../contenders/drover';
import { PHASES } from '../../decision/phase';
import type { Cell, Column, Figures, Table, Unit } from '../figures';
import type { HistoryPart, HistorySize } from '../history';
import { historySize } from '../history';
import { runMeasured } from '../measured-process';
import type { Section, SectionFigures, SectionOptions } from '../section';
import type { Lane } from '../world';
import { STACK_NAME, World } from '../world';
import { measureRelease } from './release';

const HELD_MILLIS = 30_000;
const QUICK_HELD_MILLIS = 5000;
/** A container that cannot start is given up soon: how long it takes is not the matter here. */
const POLICY = { stallLimit: '20s' };

export const HISTORIES: Section = {
  name: 'histories',
  title: 'Histories',
  about: 'What Temporal keeps of a deployment and of a release: events, and their bytes as Temporal stores them.',
  run: histories,
};

/** One deployment, played to its end. */
interface Scene {
  readonly what: string;
  readonly service: string;
  readonly lane: Lane;
  /** Exit codes that it may end with, one command after the other. */
  readonly commands: readonly {
    readonly args: readonly string[];
    readonly code: number;
    readonly thenMillis?: number;
  }[];
}

const image = (service: string, tag: string): string => `example/${service}:${tag}`;

async function histories({ quick, say }: SectionOptions): Promise<SectionFigures> {
  const names = ['web', 'broken', 'held'];
  const world = await World.open({
    contenders: [DROVER, DROVER_WITHOUT_STREAM],
    services: names.map((name) => ({ name, scale: 2, launchConfig: { imageUuid: `docker:${image(name, '1')}` } })),
    behaviours: [{ image: `docker:${image('broken', 'bad')}`, startFails: true }],
    policy: POLICY,
  });
  try {
    const scenes = world.lanes.map((lane) => scenesOf(lane, quick ? QUICK_HELD_MILLIS : HELD_MILLIS));
    const sizes = new Map<Scene, HistorySize>();
    await Promise.all(
      scenes.map(async (ofLane) => {
        for (const scene of ofLane) {
          await play(world, scene);
          const size = await historySize(world.stack, world.workflowId(scene.lane, scene.service));
          say(`${scene.what}: ${size.events} events, ${(size.bytes / 1000).toFixed(1)} kB`);
          sizes.set(scene, size);
        }
      }),
    );
    const release = await measureRelease(quick, say);
    return figuresOf(
      scenes.flat().map((scene) => [scene, sizes.get(scene)] as const),
      release,
    );
  } finally {
    await world.close();
  }
}

function scenesOf(lane: Lane, heldMillis: number): Scene[] {
  const { name, label } = lane.contender;
  const upgrade = (service: string, tag: string, ...more: string[]): string[] => [
    ...['upgrade', name, `${STACK_NAME}/${service}`, '--image', image(service, tag), '--start-first', ...more],
  ];
  return [
    { what: `${label}: an upgrade`, service: 'web', lane, commands: [{ args: upgrade('web', '2'), code: 0 }] },
    {
      ...{ what: `${label}: rolled back, its containers do not start`, service: 'broken', lane },
      commands: [{ args: upgrade('broken', 'bad'), code: 3 }],
    },
    {
      ...{ what: `${label}: held for ${heldMillis / 1000} s, then confirmed`, service: 'held', lane },
      commands: [
        { args: upgrade('held', '2', '--hold'), code: 0, thenMillis: heldMillis },
        { args: ['confirm', name, `${STACK_NAME}/held`], code: 0 },
      ],
    },
  ];
}

async function play(world: World, { what, lane, service, commands }: Scene): Promise<void> {
  for (const { args, code, thenMillis = 0 } of commands) {
    const ended = await runMeasured(world.drover(args));
    if (ended.code !== code)
      throw new Error(`${what}: ${args.join(' ')}: exit code ${String(ended.code)}\n${ended.output}`);
    await delay(thenMillis);
  }
  const handle = await world.stack.client.get(lane.contender.name, STACK_NAME, service);
  while ((await handle?.progress())?.result === null) await delay(100);
}

function figuresOf(played: readonly (readonly [Scene, HistorySize | undefined])[], release: Table): Figures {
  const sizes = played.flatMap(([{ what }, size]) => (size === undefined ? [] : [{ what, ...size }]));
  const phases = ['starting', ...PHASES].filter((phase) => sizes.some(({ byPhase }) => byPhase.has(phase)));
  const byPhase = (title: string, unit: Unit, value: (part: HistoryPart) => number): Table => ({
    title,
    columns: [{ title: '' }, { title: 'in all', unit }, ...phases.map((phase): Column => ({ title: phase, unit }))],
    rows: sizes.map((size): Cell[] => [size.what, value(size), ...phases.map((phase) => valueIn(size, phase, value))]),
  });
  return {
    tables: [
      byPhase('Events of a deployment of two containers, by phase', 'count', ({ events }) => events),
      byPhase('Size, by phase', 'kB', ({ bytes }) => bytes / 1000),
      release,
    ],
    charts: [
      {
        ...{ kind: 'bars', name: 'histories', title: 'Events of history of a deployment', unit: 'count' },
        parts: ['events'],
        bars: sizes.map(({ what, events }) => ({ label: what, values: [events] })),
      },
    ],
    targets: [],
    notes: [
      'An event belongs to the phase that the workflow has told last (the search attribute `DroverPhase`); `starting` is what comes before the first.',
    ],
  };
}

function valueIn({ byPhase }: HistorySize, phase: string, value: (part: HistoryPart) => number): number | null {
  const part = byPhase.get(phase);
  return part === undefined ? null : value(part);
}
