import { targetText } from '../../decision/target-text';
import { readService } from '../calls';
import type { Deployment } from '../deployment';
import { RestoreNeeded } from '../endings';
import { decide, reportTo, runOf } from '../release-link';
import { isConfirmed, LOOK_EVERY_MILLIS, lookSometimes } from './confirm';
import { readGates } from './gates';
import { verify } from './verify';

/** The most that passes between two looks at the release while the service's events come in, milliseconds. */
const WATCHED_LOOK_MILLIS = 900_000;

const MEND = 'See the release: it finishes all of its services, or takes all back.';

/**
 * Waits for what the release decides, for as long as somebody carries it through: it has limits of its own. Where nobody does any more,
 * what was decided is looked up, and where nothing was, it goes back, and the others of the release with it.
 */
export async function waitForRelease(deployment: Deployment, why: string, needsPerson: boolean): Promise<void> {
  const { policy, request } = deployment;
  const since = Date.now();
  const { pausedMillis } = deployment;
  const { release } = request;
  const until = since + policy.confirmLimitMillis;
  const atExpiry = 'waits on, as long as the release goes on';
  const need = { kind: 'release', reason: why, mend: MEND, since, until, atExpiry, tried: [] } as const;
  deployment.confirmedBy = null;
  deployment.needPerson(need);
  deployment.enter('confirming', why);
  let told = -1;
  let toldRun: string | undefined;
  try {
    for (;;) {
      const look = deployment.lookAsked;
      if (look > Math.max(0, told)) {
        await verify(deployment, await readService(deployment, true), true);
        deployment.enter('confirming', 'the gates hold');
      }
      const run = look > told || release === undefined ? toldRun : await runOf(release);
      // Also to one that somebody reset: it may not know any more.
      const hasToTell = look > told || (typeof run === 'string' && run !== toldRun);
      const isThere = hasToTell ? await reportTo(request, { state: 'verified', look, needsPerson }) : run !== null;
      [told, toldRun] = [look, run ?? toldRun];
      if (isConfirmed(deployment)) return;
      if (!isThere) await goWithTheOthers(deployment);
      if (isConfirmed(deployment)) return;
      // Rancher's events tell nothing of a release that is gone: soon at first in any case.
      const mostMillis = deployment.nudges.watched ? WATCHED_LOOK_MILLIS : LOOK_EVERY_MILLIS;
      await deployment.pause(lookSometimes(Date.now() - since, mostMillis), 'for the release to decide');
      deployment.throwIfRestoreAsked();
      if (isConfirmed(deployment)) return;
      const { proof } = await readGates(deployment);
      if (proof.status === 'failed')
        throw new RestoreNeeded('rolled-back', `the new containers failed while waiting: ${proof.reasons.join('; ')}`);
    }
  } finally {
    deployment.needPerson(null);
    deployment.pausedMillis = pausedMillis + Date.now() - since;
  }
}

/** Nobody carries the release through any more. */
async function goWithTheOthers(deployment: Deployment): Promise<void> {
  const { release, deploymentId } = deployment.request;
  if (release === undefined) return;
  const decided = await decide(release, 'roll-back', `${targetText(deployment.request)}, for the release is gone`);
  // It cannot be read just now: it is asked again at the next look.
  if (decided === null) return;
  const why = `it ended without telling so; decided by ${decided.by}`;
  deployment.obey({ deploymentId, do: decided.decision, by: `the release ${release.releaseId}`, why });
  deployment.throwIfRestoreAsked();
}
