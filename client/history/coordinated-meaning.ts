import type { Phase } from '../../decision/phase';
import { SUPERSEDE } from '../../workflows/lane-contract';
import { DECIDE } from '../../workflows/release-contract';
import type { Intervened } from './history-entry';
import { property } from './read-value';
import { valueOf } from './recorded-event';
import type { Given } from './recorded-event';

/** Where a deployment is when its release or its lane tells it something. */
interface Place {
  readonly finishSent: boolean;
  readonly phase: Phase;
  /** Null where the request cannot be read. */
  readonly deploymentId: string | null;
}

/**
 * What a message of a deployment's release or lane came to. `nobody`: it is a question between workflows, and nobody stepped in. Null: it is
 * no such message.
 *
 * @param taken what was taken before, to which this one is added
 */
export function coordinatedMeaning(
  name: string,
  input: Given,
  { finishSent, phase, deploymentId }: Place,
  taken: Set<string>,
): Pick<Intervened, 'outcome' | 'meaning'> | 'nobody' | null {
  if (name === SUPERSEDE)
    return finishSent
      ? { outcome: 'refused', meaning: 'the finish was sent, and there is no way back: the newer deployment waits' }
      : {
          outcome: 'taken',
          meaning: 'a newer deployment takes its place: restores the former configuration, and ends',
        };
  if (name !== DECIDE) return null;
  if (!input.isReadable) return { outcome: 'unknown', meaning: 'its release decided, or asked; what cannot be read' };
  const order = valueOf(input);
  const what = property(order, 'do');
  if (what === 'look-again') return 'nobody';
  if (what !== 'commit' && what !== 'roll-back') return { outcome: 'ignored', meaning: 'it is no order of a release' };
  if (deploymentId !== null && property(order, 'deploymentId') !== deploymentId)
    return { outcome: 'ignored', meaning: 'it is meant for another deployment of the service' };
  if (what === 'roll-back' && finishSent)
    return { outcome: 'refused', meaning: 'its release goes back; the finish was sent here: there is no way back' };
  const key = `${name} ${what}`;
  // One that is parked goes on when it is told so again.
  if (taken.has(key) && phase !== 'parked') return { outcome: 'repeated', meaning: 'its release said so before' };
  taken.add(key);
  const meaning =
    what === 'commit'
      ? 'its release finishes: finishes the upgrade'
      : 'its release goes back: restores the former configuration, and ends';
  return { outcome: 'taken', meaning };
}
