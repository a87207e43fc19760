import { activityInfo, sleep } from '@temporalio/activity';
import { postPermission, whyNotPosted } from '../decision/permission';
import type { Round } from '../decision/round';
import type { ConfigVersion, ServiceSnapshot } from '../decision/service-snapshot';
import { versionsOf } from '../decision/service-snapshot';
import { areComparable } from '../decision/round';
import { readAndAct } from './act';
import type { About, PostOutcome } from './contract';
import type { ActivityDependencies } from './dependencies';
import type { Lease } from './lease';
import type { OpenService } from './open-service';
import { tellWatch, follow } from './watched';
import { composeFor, postedConfigs } from './prepare-upgrade';

/**
 * Posts the upgrade that was prepared: at most once, whatever is retried, lost or killed. It goes out only while every version is still
 * the base and what would be posted still is what was prepared.
 */
export async function postUpgrade(
  deps: ActivityDependencies,
  about: About & { readonly round: Round; readonly firstRunId: string },
  lease: Lease,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const { round } = about;
  await outlastFormerRun(about.firstRunId);
  // What happens right after it is not to be missed.
  follow(deps, about);
  const compose = (open: OpenService): ReturnType<typeof composeFor> => composeFor(deps, open, about, round.label);
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
  const { outcome, service } = await readAndAct(
    deps,
    about,
    'upgrade',
    lease,
    signal,
    (snapshot, open) => postPermission(snapshot, round, () => asPrepared(open)),
    { body: compose, tellsUnsent: true },
  );
  if (outcome === 'sent')
    return { outcome: 'accepted', service, ...tellWatch(deps, about, service, acceptedIn(service, round)) };
  return { outcome: whyNotPosted(service, round, activityInfo().attempt > 1), service };
}

/** The versions of what was posted, as Rancher gave them. */
function acceptedIn(service: ServiceSnapshot, { posted }: Round): ConfigVersion[] {
  return versionsOf(service).filter(({ config }) => posted.some((one) => one.config === config));
}

/**
 * Somebody reset the workflow: the run before may have an attempt under way, which learns of that with its next heartbeat. It is waited out
 * as the attempt of a dead worker is, before anything is read.
 */
async function outlastFormerRun(firstRunId: string): Promise<void> {
  const { workflowExecution, heartbeatTimeoutMs } = activityInfo();
  if (workflowExecution?.runId !== firstRunId) await sleep(heartbeatTimeoutMs ?? 0);
}
