import type { Deployment } from '../deployment';
import { RestoreNeeded } from '../endings';
import { seconds } from '../seconds';
import { readGates } from './gates';

/** How often a held deployment looks at its service at least, milliseconds. */
export const LOOK_EVERY_MILLIS = 300_000;
/** The same while the service's events come in, milliseconds. */
const WATCHED_LOOK_MILLIS = 7_200_000;

/** Nothing was found wrong with it. */
const NOBODY_CAME = 'Deploy again when somebody can confirm it.';

/** What a person has to look at before deciding. */
const MEND = {
  held: 'Look whether the new containers are good: the old ones are kept until it is confirmed.',
  approval: 'Look whether the new containers are good: the old ones are kept until it is confirmed.',
  unprovable: 'Judge what Rancher does not show: the old containers are kept until it is confirmed.',
} as const;

/**
 * Waits for a person. Meanwhile it looks now and then whether what was verified still is there.
 *
 * @throws RestoreNeeded when the confirmation expires, the new containers fail, or somebody asked for it
 */
export async function confirm(deployment: Deployment, kind: keyof typeof MEND, why: string): Promise<void> {
  const { policy } = deployment;
  const since = Date.now();
  const { pausedMillis, parkedMillis } = deployment;
  // Nobody can confirm what is parked: that time is not theirs.
  const until = (): number => since + policy.confirmLimitMillis + deployment.parkedMillis - parkedMillis;
  deployment.confirmedBy = null;
  // What Rancher does not show, nobody but a person can judge.
  const expiryFinishes = kind !== 'unprovable' && policy.onExpiry === 'finish';
  const atExpiry = expiryFinishes ? 'goes on and finishes' : 'goes back';
  deployment.needPerson({ kind, reason: why, mend: MEND[kind], since, until: until(), atExpiry, tried: [] });
  deployment.enter(
    'confirming',
    `${why}: waiting for \`confirm\` or \`rollback\`, for ${seconds(policy.confirmLimitMillis)}; then it ${atExpiry}`,
  );
  try {
    for (;;) {
      const left = leftToConfirm(deployment, until());
      if (deployment.confirmedBy === null && left > 0)
        await deployment.pause(
          Math.min(left, lookEvery(Date.now() - since, deployment.nudges)),
          'for a person to confirm',
        );
      deployment.throwIfRestoreAsked();
      if (isConfirmed(deployment)) return;
      const { proof } = await readGates(deployment);
      if (proof.status === 'failed')
        throw new RestoreNeeded('rolled-back', `the new containers failed while waiting: ${proof.reasons.join('; ')}`);
      if (isConfirmed(deployment)) return;
      if (leftToConfirm(deployment, until()) > 0) continue;
      const expired = `nobody confirmed within ${seconds(policy.confirmLimitMillis)}`;
      if (!expiryFinishes) throw new RestoreNeeded('rolled-back', expired, false, NOBODY_CAME);
      deployment.note('warning', `${expired}: going on, as the policy says`);
      deployment.confirmedBy = 'the policy (onExpiry: finish)';
      deployment.unconfirmed = true;
      return;
    }
  } finally {
    deployment.needPerson(null);
    // What was spent parked is in it already.
    deployment.pausedMillis = pausedMillis + Date.now() - since;
  }
}

/** Who could not be heard while Temporal or the worker was away still has a moment after that. */
function leftToConfirm(deployment: Deployment, until: number): number {
  return Math.max(until - Date.now(), deployment.graceMillis);
}

export function isConfirmed(deployment: Deployment): boolean {
  return deployment.confirmedBy !== null;
}

/**
 * Soon at first, then ever more rarely: a service that waits for a person for a day costs a few hundred reads; a dozen where Rancher's
 * events come in, for those tell when something changes.
 */
export function lookEvery(
  elapsedMillis: number,
  { watched, leastLookMillis }: { readonly watched: boolean; readonly leastLookMillis: number },
): number {
  return watched
    ? Math.min(WATCHED_LOOK_MILLIS, Math.max(LOOK_EVERY_MILLIS, leastLookMillis, elapsedMillis / 2))
    : lookSometimes(elapsedMillis, LOOK_EVERY_MILLIS);
}

/** What is left until the next look by time alone: 15 seconds at first, a fifth of what passed then, `mostMillis` at most; milliseconds. */
export function lookSometimes(elapsedMillis: number, mostMillis: number): number {
  return Math.min(mostMillis, Math.max(15_000, elapsedMillis / 5));
}
