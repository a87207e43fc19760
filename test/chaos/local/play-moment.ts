import type { WorldSeed } from '../../../simulator/world-seed';
import { ENVIRONMENT, LocalStage, watchersOf } from '../../support/local-stage';
import { seedOf } from '../../support/seeds';
import type { Ended } from '../../support/started-process';
import type { Kind, Moment } from './moments';

/** What is killed with -9. */
export const VICTIMS = ['everything', 'the command', 'the server'] as const;
export type Victim = (typeof VICTIMS)[number];

/** How one went. */
export interface Played {
  readonly moment: string;
  readonly victim: Victim;
  /** What is not as it must be; empty where all is well. */
  readonly wrong: readonly string[];
  /** Milliseconds until server and worker were ready, of the last command; null where it did not say. */
  readonly readyMillis: number | null;
  /** What was said, for where something is wrong. */
  readonly said: string;
}

const EXIT = { succeeded: 0, unchanged: 0, 'rolled-back': 3 } as const;
const SERVICE = 'web';

/** Lets a deployment come to its moment, kills, runs the same command again, and holds everything against what must be. */
export async function playMoment(moment: Moment, victim: Victim): Promise<Played> {
  const stage = await LocalStage.start(seedFor(moment.kind));
  try {
    if (moment.fault !== undefined) await stage.rancher.addFault({ ...moment.fault, service: SERVICE });
    const command = stage.upgrade(SERVICE, ...(moment.options ?? []));
    const first = stage.start(command);
    await stage.until(moment.name, async () => {
      if (await moment.hasCome(stage, first, SERVICE)) return true;
      if (!first.running) throw new Error(`it ended before: ${first.stdout}${first.stderr}`);
      return false;
    });
    const killedServers = stage.servers().map(({ pid }) => pid);
    await strike(stage, first, victim);
    // Where the server alone is killed, the command starts it again, and comes to the verdict itself, unless it was not up yet.
    const ended = await first.ended;
    const isOver = / verdict: (?!detached)/.test(ended.stdout) && victim === 'the server';
    const last = isOver ? ended : await stage.run(command);
    const verdict = isOver && moment.verdict === 'unchanged' ? 'succeeded' : moment.verdict;
    return {
      ...{ moment: moment.name, victim },
      wrong: await wrongIn(stage, moment, verdict, last, killedServers),
      readyMillis: readyMillisOf(last),
      said: `first: ${ended.stdout}${ended.stderr}\nlast: ${last.stdout}${last.stderr}`,
    };
  } finally {
    await stage.close();
  }
}

async function strike(stage: LocalStage, drover: ReturnType<LocalStage['start']>, victim: Victim): Promise<void> {
  switch (victim) {
    case 'everything':
      return stage.killAll(drover);
    case 'the command':
      await drover.kill('SIGKILL');
      return;
    case 'the server':
      stage.killServer();
      return;
    default:
      throw new TypeError(`unknown victim ${String(victim satisfies never)}`);
  }
}

async function wrongIn(
  stage: LocalStage,
  { kind }: Moment,
  verdict: Moment['verdict'],
  last: Ended,
  killedServers: readonly number[],
): Promise<string[]> {
  const wrong: string[] = [];
  const told = / verdict: ([a-z-]+): /.exec(last.stdout)?.[1];
  if (told !== verdict || last.code !== EXIT[verdict])
    wrong.push(`it ended ${String(told)} with exit code ${String(last.code)}, not ${verdict}`);
  const actions = await stage.rancher.actions(SERVICE);
  const wanted = kind === 'good' ? 'upgrade, finishupgrade' : 'upgrade, rollback';
  if (actions.join(', ') !== wanted) wrong.push(`Rancher took ${actions.join(', ')}, not ${wanted}`);
  if ((await stage.stateOf(SERVICE)) !== 'active') wrong.push(`the service is ${String(await stage.stateOf(SERVICE))}`);
  if (stage.servers().length > 0) wrong.push('a Temporal server was left running');
  if (stage.underWay().length > 0) wrong.push('the request counts as under way still');
  const history = await stage.run(['history', ENVIRONMENT, `cases/${SERVICE}`, '--local', '--json']);
  const runs = history.stdout.split('\n').filter((line) => line.includes('"deploymentId"')).length;
  const expected = verdict === 'unchanged' ? 2 : 1;
  if (history.code !== 0 || runs !== expected)
    wrong.push(
      `the history has ${String(runs)} deployments, not ${String(expected)}: ${history.stdout}${history.stderr}`,
    );
  // One that ends the server of a killed command does so for ten seconds; no other is left.
  const watchers = watchersOf(stage.servers().map(({ pid }) => pid)).length;
  if (watchers > 0)
    wrong.push(`${String(watchers)} processes that watch servers were left (${killedServers.join(', ')})`);
  return wrong;
}

function readyMillisOf({ stderr }: Ended): number | null {
  const seconds = /ready after ([\d.]+) s/.exec(stderr)?.[1];
  return seconds === undefined ? null : Math.round(Number(seconds) * 1000);
}

/** The health check makes the difference between a good image and one that never gets there. */
function seedFor(kind: Kind): WorldSeed {
  const healthCheck = { port: 80, interval: 200, responseTimeout: 200, healthyThreshold: 1, unhealthyThreshold: 2 };
  const image = `example/${SERVICE}:2`;
  return {
    ...seedOf({
      name: SERVICE,
      scale: 2,
      launchConfig: {
        imageUuid: `docker:example/${SERVICE}:1`,
        ...(kind === 'never healthy' ? { healthCheck } : {}),
      },
    }),
    behaviours: [kind === 'good' ? { image, pullMillis: 20_000 } : { image, neverHealthy: true }],
  };
}
