import type { Fault } from '../../../simulator/faults';
import type { LocalStage } from '../../support/local-stage';
import type { StartedProcess } from '../../support/started-process';

/** What the images of a moment's service do. */
export type Kind = 'good' | 'never healthy';

/** A moment in the life of a deployment at which something is killed. */
export interface Moment {
  readonly name: string;
  readonly kind: Kind;
  /** Holds the request up that the moment lies in. */
  readonly fault?: Omit<Fault, 'service'>;
  /** More of the command line. */
  readonly options?: readonly string[];
  /** Whether it has come. */
  readonly hasCome: (stage: LocalStage, drover: StartedProcess, service: string) => boolean | Promise<boolean>;
  /** What the command says when it is run again. */
  readonly verdict: 'succeeded' | 'rolled-back' | 'unchanged';
}

const HELD_UP = { kind: 'delay', millis: 2_000 } as const;

const met = async (stage: LocalStage): Promise<boolean> => (await stage.rancher.faults()).length === 0;
const took =
  (action: string) =>
  async (stage: LocalStage, _: StartedProcess, service: string): Promise<boolean> =>
    (await stage.rancher.actions(service)).includes(action);
const says =
  (pattern: RegExp) =>
  (_: LocalStage, { stdout }: StartedProcess): boolean =>
    pattern.test(stdout);

/** From the first process to after the last word. */
export const MOMENTS: readonly Moment[] = [
  {
    name: 'while Temporal starts, before anything is asked',
    kind: 'good',
    hasCome: (stage) => stage.servers().length > 0,
    verdict: 'succeeded',
  },
  {
    name: 'as the request goes to Temporal',
    kind: 'good',
    hasCome: (stage) => stage.underWay().length > 0,
    verdict: 'succeeded',
  },
  { name: 'when it has started', kind: 'good', hasCome: says(/deployment: started/), verdict: 'succeeded' },
  {
    name: 'while the upgrade POST is under way',
    kind: 'good',
    fault: { action: 'upgrade', effect: HELD_UP },
    hasCome: met,
    verdict: 'succeeded',
  },
  {
    name: 'when the reply of the upgrade POST was lost',
    kind: 'good',
    fault: { action: 'upgrade', effect: { kind: 'reset-after' } },
    hasCome: met,
    verdict: 'succeeded',
  },
  {
    name: 'during upgrading',
    kind: 'good',
    hasCome: async (stage, _, service) => (await stage.stateOf(service)) === 'upgrading',
    verdict: 'succeeded',
  },
  {
    name: 'when it is upgraded, in the soak',
    kind: 'good',
    options: ['--soak', '3s'],
    hasCome: async (stage, _, service) => (await stage.stateOf(service)) === 'upgraded',
    verdict: 'succeeded',
  },
  {
    name: 'while the finish is under way',
    kind: 'good',
    fault: { action: 'finishupgrade', effect: HELD_UP },
    hasCome: met,
    verdict: 'succeeded',
  },
  { name: 'when Rancher has taken the finish', kind: 'good', hasCome: took('finishupgrade'), verdict: 'succeeded' },
  {
    name: 'while the rollback is under way',
    kind: 'never healthy',
    fault: { action: 'rollback', effect: HELD_UP },
    hasCome: met,
    verdict: 'rolled-back',
  },
  {
    name: 'when Rancher has taken the rollback',
    kind: 'never healthy',
    hasCome: took('rollback'),
    verdict: 'rolled-back',
  },
  // The verdict was told: the same command again is a new request, and finds that there is nothing to do.
  { name: 'when the verdict was told', kind: 'good', hasCome: says(/verdict: succeeded/), verdict: 'unchanged' },
];
