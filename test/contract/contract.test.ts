import { startSimulator } from '../../simulator/simulator';
import { coverage } from './coverage';
import { chanceFields, fieldRules, movingFields } from './ignored-fields';
import { recordEvents } from './record-events';
import { readRecording, recordingNames } from './recording';
import { replay } from './replay';
import type { Mismatch, Report } from './report';
import { worldBefore } from './scene';

/** Fewer compared fields than this means that something is no longer replayed. */
const FLOOR = { recordings: 35, exchanges: 915, compared: 64_000 };

/** How many recordings are replayed at the same time: few, so that each keeps its pace on a small machine. */
const LANES = 5;

const TIMING = '32-batch-timing';
/** A duration may differ by a quarter or by a second of the recording's clock, whichever is more. */
const tolerance = (recordedSeconds: number): number => Math.max(1, recordedSeconds / 4);

async function replayFresh(name: string): Promise<Report> {
  const entry = coverage[name];
  if (entry?.replayed !== true) throw new Error(`${name} is not replayed`);
  const recording = readRecording(name);
  const simulator = await startSimulator({ seed: worldBefore(recording).seed, speed: entry.speed, randomSeed: 1 });
  try {
    return await replay(recording, simulator, entry.speed);
  } finally {
    await simulator.close();
  }
}

/** Replays all, some at a time; what a replay throws is kept for the test of that recording. */
async function replayAll(names: readonly string[]): Promise<Map<string, Report | Error>> {
  const results = new Map<string, Report | Error>();
  const left = [...names];
  const lane = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      results.set(
        name,
        await replayFresh(name).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
      );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

const short = (value: unknown): string => {
  const written = JSON.stringify(value) ?? 'absent';
  return written.length > 300 ? `${written.slice(0, 300)}…` : written;
};

const line = ({ step, path, recorded, actual }: Mismatch): string =>
  `${step}: ${path}: recorded ${short(recorded)}, simulated ${short(actual)}`;

describe('the simulator answers as the real server did', () => {
  const names = recordingNames();
  let results: Map<string, Report | Error>;

  beforeAll(async () => {
    // The one that measures time goes first and alone.
    const timed = await replayFresh(TIMING);
    results = await replayAll(names.filter((name) => name !== TIMING));
    results.set(TIMING, timed);
  }, 110_000);

  const reportOf = (name: string): Report => {
    const result = results.get(name);
    if (result === undefined || result instanceof Error) throw result ?? new Error(`${name} was not replayed`);
    return result;
  };

  it.each(names)('%s', (name) => {
    const report = reportOf(name);
    expect(report.mismatches.map(line)).toEqual([]);
    expect(report.exchanges).toBeGreaterThan(0);
  });

  it('takes as long for an upgrade, by scale, batch size, interval and order', () => {
    const { durations } = reportOf(TIMING);
    expect(durations.length).toBeGreaterThanOrEqual(7);
    const off = durations.filter(({ recorded, actual }) => Math.abs(actual - recorded) > tolerance(recorded));
    expect(off).toEqual([]);
  });

  it('compares as much as ever, and says how much', () => {
    const reports = names.map(reportOf);
    const sum = (count: (report: Report) => number): number =>
      reports.reduce((total, report) => total + count(report), 0);
    const exact = sum((report) => report.fields.exact);
    const identity = sum((report) => report.fields.identity);
    const shape = sum((report) => report.fields.shape);
    const exchanges = sum((report) => report.exchanges);
    const compared = exact + identity + shape;
    const leftOut = Object.values(coverage).filter((entry) => !entry.replayed).length;
    process.stdout.write(
      `contract with Rancher 1.6: ${reports.length} recordings replayed, ${leftOut} left out; ${exchanges} exchanges; ` +
        `${compared} fields compared: ${exact} exactly, ${identity} one to one, ${shape} by their form ` +
        `(${fieldRules.length + movingFields.length + chanceFields.length} rules with their reasons); none ignored\n`,
    );
    expect(reports.length).toBeGreaterThanOrEqual(FLOOR.recordings);
    expect(exchanges).toBeGreaterThanOrEqual(FLOOR.exchanges);
    expect(compared).toBeGreaterThanOrEqual(FLOOR.compared);
    expect(exact).toBeGreaterThan(compared / 2);
  });
});

describe('the simulator sends the events that the real server sent', () => {
  const name = '24-websocket-v2';

  it('samples every service about once a second, in frames of the recorded form', async () => {
    const recording = readRecording(name);
    const simulator = await startSimulator({ seed: worldBefore(recording).seed, speed: 1, randomSeed: 1 });
    try {
      const events = await recordEvents(simulator.url, recording, async () => {
        await replay(recording, simulator, 1);
      });
      expect(events.mismatches).toEqual([]);
      expect(events.types).toEqual(expect.arrayContaining(['service', 'container', 'serviceLog']));
      expect(events.states.at(0)).toBe('upgrading');
      expect(events.states.at(-1)).toBe('active');
      expect(Math.min(...events.gapsSeconds)).toBeGreaterThan(0.5);
      expect(events.compared).toBeGreaterThan(150);
    } finally {
      await simulator.close();
    }
  }, 30_000);
});
