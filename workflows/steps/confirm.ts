import { seconds } from '../calls';
import type { Deployment } from '../deployment';
import { RestoreNeeded } from '../endings';
import { readGates } from './gates';

/** How often a held deployment looks at its service at least, milliseconds. */
const LOOK_EVERY_MILLIS = 300_000;

/**
 * Waits for a person. Meanwhile it looks now and then whether what was verified still is there.
 *
 * @throws RestoreNeeded when the confirmation expires, the new containers fail, or somebody asked for it
 */
export async function confirm(deployment: Deployment, why: string): Promise<void> {
  const { policy } = deployment;
  const since = Date.now();
  deployment.confirmedBy = null;
  deployment.attention = why;
  deployment.enter(
    'confirming',
    `${why}: waiting for \`confirm\` or \`rollback\`, for ${seconds(policy.confirmLimitMillis)} at most`,
  );
  try {
    for (;;) {
      const left = leftToConfirm(deployment, since);
      if (deployment.confirmedBy === null && left > 0)
        await deployment.pause(Math.min(left, lookEvery(Date.now() - since)), 'waits for a person to confirm');
      deployment.throwIfRestoreAsked();
      if (isConfirmed(deployment)) return;
      const { proof } = await readGates(deployment);
      if (proof.status === 'failed')
        throw new RestoreNeeded('rolled-back', `the new containers failed while waiting: ${proof.reasons.join('; ')}`);
      if (isConfirmed(deployment)) return;
      if (leftToConfirm(deployment, since) <= 0)
        throw new RestoreNeeded('rolled-back', `nobody confirmed within ${seconds(policy.confirmLimitMillis)}`);
    }
  } finally {
    deployment.attention = null;
    deployment.pausedMillis += Date.now() - since;
  }
}

/** Who could not be heard while Temporal or the worker was away still has a moment after that. */
function leftToConfirm(deployment: Deployment, since: number): number {
  return Math.max(since + deployment.policy.confirmLimitMillis - Date.now(), deployment.graceMillis);
}

function isConfirmed(deployment: Deployment): boolean {
  return deployment.confirmedBy !== null;
}

/** Soon at first, then ever more rarely: a service that waits for a person for a day costs a few hundred reads. */
function lookEvery(elapsedMillis: number): number {
  return Math.min(LOOK_EVERY_MILLIS, Math.max(15_000, elapsedMillis / 5));
}
