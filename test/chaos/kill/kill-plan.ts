import type { DeploymentCase } from '../support/deployment-case';
import { SeededRandom } from '../support/random';

/** What is killed with -9. */
export const KILLED = ['worker', 'temporal', 'command', 'rancher'] as const;
/** Everything that is done to the processes: besides the kills, a worker is frozen (SIGSTOP) and woken, and clocks jump. */
export const DISTURBANCES = [...KILLED, 'freeze', 'clock'] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/** When it is done, told by what everybody can see of the deployment. Delays in milliseconds. */
export type Moment =
  /** After the command was started. */
  | { readonly at: 'asked'; readonly afterMillis: number }
  /** As a worker looks the stack up, the first thing that it asks Rancher about. */
  | { readonly at: 'lookup' }
  /** After the command told that the deployment runs. */
  | { readonly at: 'started'; readonly afterMillis: number }
  /** After Rancher has taken an action, and the worker was told. */
  | { readonly at: 'taken'; readonly action: string; readonly afterMillis: number }
  /** After Rancher showed the service in a state. */
  | { readonly at: 'state'; readonly state: string; readonly afterMillis: number }
  /** As the worker's request is on its way to Rancher, or Rancher's answer on its way to the worker. */
  | { readonly at: 'request'; readonly action: string; readonly moment: 'sent' | 'answered' };

/** One disturbance, decided before anything runs. */
export interface PlannedKill {
  readonly what: Disturbance;
  readonly moment: Moment;
  /** From the death to the start, or from the freeze to the waking, milliseconds. */
  readonly pauseMillis: number;
  /** Which of several: a share from 0 to 1. */
  readonly pick: number;
}

/** The least and the most that a worker stays frozen: past the heartbeat of actions, and past that of reads. */
const FREEZE_MILLIS = [9_500, 14_000] as const;

/**
 * What is done while one deployment is under way. The first is a kill or a freeze at a moment that is sure to come; there may be two
 * more at any moment, and a jump of the clocks.
 */
export function planKills(deployment: DeploymentCase, clocks: boolean): PlannedKill[] {
  const random = new SeededRandom(deployment.seed).fork(`kills-${deployment.index}`);
  const more = random.weighted([
    [65, 0],
    [25, 1],
    [10, 2],
  ]);
  const kill = (label: string, moments: readonly Moment[]): PlannedKill => {
    const fork = random.fork(label);
    const what = fork.weighted<Disturbance>([
      [28, 'worker'],
      [16, 'temporal'],
      [22, 'command'],
      [20, 'rancher'],
      [14, 'freeze'],
    ]);
    return { what, moment: fork.pick(moments), pauseMillis: pauseOf(fork, what), pick: fork.next() };
  };
  const sure = sureMoments(random.fork('sure'), deployment);
  const any = anyMoments(random.fork('any'));
  const jump = random.fork('jump');
  return [
    kill('first', sure),
    ...Array.from({ length: more }, (_, index) => kill(`more-${index}`, [...sure, ...any])),
    ...(clocks && jump.chance(0.25)
      ? [{ what: 'clock' as const, moment: jump.pick([...sure, ...any]), pauseMillis: 0, pick: jump.next() }]
      : []),
  ];
}

function pauseOf(random: SeededRandom, what: Disturbance): number {
  return what === 'freeze'
    ? random.int(...FREEZE_MILLIS)
    : random.pick([0, random.int(0, 500), random.int(500, 3_000)]);
}

/** Moments that each such deployment comes to, whatever else happens. */
function sureMoments(random: SeededRandom, { effectiveUpgrades, expected, script }: DeploymentCase): Moment[] {
  const sure: Moment[] = [{ at: 'lookup' }];
  // Somebody who goes back may come before anything was posted.
  if (script.some(({ say }) => say === 'cancel' || say === 'rollback')) return sure;
  const [verdict = 'failed'] = expected;
  // What changes nothing is over in a tenth of a second.
  if (effectiveUpgrades > 0 || verdict === 'succeeded') sure.push({ at: 'started', afterMillis: random.int(0, 200) });
  const request = (action: string): Moment[] => [
    { at: 'request', action, moment: 'sent' },
    { at: 'request', action, moment: 'answered' },
  ];
  if (effectiveUpgrades > 0) {
    sure.push(...request('upgrade'));
    sure.push({ at: 'taken', action: 'upgrade', afterMillis: random.int(0, 300) });
  }
  if (verdict === 'succeeded') sure.push(...request('finishupgrade'));
  if (verdict === 'rolled-back') sure.push(...request('rollback'));
  return sure;
}

/** Some that may come too late, or never. */
function anyMoments(random: SeededRandom): Moment[] {
  return [
    { at: 'asked', afterMillis: random.int(0, 1_500) },
    { at: 'started', afterMillis: random.int(0, 2_000) },
    { at: 'started', afterMillis: random.int(0, 10_000) },
    ...['upgrading', 'upgraded', 'finishing-upgrade', 'rolling-back'].map((state): Moment => ({
      at: 'state',
      state,
      afterMillis: random.int(0, 300),
    })),
    { at: 'request', action: 'rollback', moment: random.pick(['sent', 'answered']) },
  ];
}

/** A moment in words. */
export function momentText(moment: Moment): string {
  switch (moment.at) {
    case 'asked':
      return `${moment.afterMillis} ms after it was asked for`;
    case 'lookup':
      return 'as its stack was looked up';
    case 'started':
      return `${moment.afterMillis} ms after its start`;
    case 'taken':
      return `${moment.afterMillis} ms after Rancher had taken ${moment.action}`;
    case 'state':
      return `${moment.afterMillis} ms after the service was ${moment.state}`;
    case 'request':
      return moment.moment === 'sent'
        ? `as ${moment.action} was on its way to Rancher`
        : `as Rancher's answer to ${moment.action} was on its way back`;
    default:
      throw new TypeError(`unknown moment ${String(moment satisfies never)}`);
  }
}
