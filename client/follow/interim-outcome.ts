import type { PersonNeeded, Progress } from '../../workflows/contract';
import type { Outcome } from '../outcome';

/** The deployment is parked: it waits for a person, the client does not. */
export function parked(progress: Progress, target: string): Outcome {
  const { person } = progress;
  // Once the finish was sent, nobody can give it up any more.
  const canGiveUp = person?.commands.some(({ command }) => command.startsWith('drover cancel ')) !== false;
  return {
    verdict: 'needs-attention',
    reason: `The deployment is parked: ${progress.attention ?? progress.next}`,
    nextStep:
      `${person?.mend ?? 'Mend the cause.'} Then "drover retry ${target}" goes on where it stopped` +
      `${canGiveUp ? `; or give up with "drover cancel ${target}"` : ''}.` +
      ` The deployment waits: "drover status ${target}".`,
    result: null,
    ...needed(progress),
  };
}

/** Upgraded and verified, and it waits for the confirmation that was asked for. */
export function held(progress: Progress, target: string): Outcome {
  return {
    verdict: 'held',
    reason: progress.attention ?? 'Upgraded and verified; the old containers are kept until it is confirmed.',
    nextStep: `Finish it with "drover confirm ${target}", or go back with "drover rollback ${target}".`,
    result: null,
    ...needed(progress),
  };
}

/** Upgraded, and a person has to judge what Rancher does not show: nobody asked for it, so nobody may be waiting to answer. */
export function unjudged(progress: Progress, attention: string, target: string): Outcome {
  return {
    verdict: 'needs-attention',
    reason: `It is upgraded and waits for a person to judge it: ${attention}. The old containers are kept.`,
    nextStep: `Good? Finish it with "drover confirm ${target}". Not good? Go back with "drover rollback ${target}".`,
    result: null,
    ...needed(progress),
  };
}

/** The client stops; the deployment does not. */
export function detached(why: string, target: string): Outcome {
  return {
    verdict: 'detached',
    reason: `The client stopped waiting: ${why}; the deployment goes on.`,
    nextStep: `Watch it with "drover status ${target} --watch", stop it with "drover cancel ${target}".`,
    result: null,
  };
}

function needed({ person }: Progress): { person?: PersonNeeded } {
  return person === null ? {} : { person };
}
