import type { Round } from '../decision/round';
import { areComparable, ownershipOf, wasUndone } from '../decision/round';
import type { ServiceSnapshot } from '../decision/service-snapshot';
import { kindOfState } from '../decision/service-state';
import type { Permission } from './act';
import { readAndAct } from './act';
import type { About, PostOutcome } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { Lease } from './lease';
import type { OpenService } from './open-service';
import { composeFor, postedConfigs } from './prepare-upgrade';

/**
 * Posts the upgrade that was prepared: at most once, whatever is retried, lost or killed. It goes out only while every version is still
 * the base and what would be posted still is what was prepared.
 */
export async function postUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly round: Round },
  lease: Lease,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const { round } = about;
  const compose = (open: OpenService): ReturnType<typeof composeFor> => composeFor(open, about, round.label);
  const asPrepared = (open: OpenService): boolean => {
    const posted = postedConfigs(compose(open), deps.digestKey);
    return (
      posted.length === round.posted.length &&
      posted.every((one, index) => {
        const prepared = round.posted[index];
        if (prepared === undefined || prepared.config !== one.config || prepared.image !== one.image) return false;
        return prepared.digest === one.digest || !areComparable(prepared.digest, one.digest);
      })
    );
  };
  const decide = (snapshot: ServiceSnapshot, open: OpenService): Permission => {
    const ownership = ownershipOf(snapshot, round);
    if (ownership === 'ours') return 'done';
    if (wasUndone(snapshot, round)) return 'not-now';
    const offered = ['ready', 'flapping'].includes(kindOfState(snapshot.state));
    return ownership === 'base' && offered && !snapshot.removed && asPrepared(open) ? 'send' : 'not-now';
  };
  const { outcome, service } = await readAndAct(deps, about, 'upgrade', lease, signal, decide, compose);
  if (outcome === 'sent') return { outcome: 'accepted', service };
  if (wasUndone(service, round)) return { outcome: 'undone', service };
  const busy = ownershipOf(service, round) === 'base' && !['ready', 'flapping'].includes(kindOfState(service.state));
  return { outcome: busy ? 'busy' : 'changed', service };
}
