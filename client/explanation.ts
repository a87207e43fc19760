import { findOutWhy, FOUND_OUT } from '../decision/find-out-why';
import { asWord, targetText } from '../decision/target-text';
import type { Tried } from '../decision/tried';
import type { Verdict } from '../decision/verdict';
import { exitCodeOf, VERDICTS } from '../decision/verdict';
import type { OfferedCommand, PhaseSpan, Progress } from '../workflows/contract';
import type { DeploymentStory } from './deployment-story';
import { formatDuration } from './input/duration';

/** Why a deployment is where it is, and what to do now. */
export interface Explanation {
  /** The verdict, or where it stands. */
  readonly standing: string;
  readonly reason: string;
  /** The step that failed, or that it is in; null where all went well. */
  readonly step: string | null;
  /** What made it go back, where the reason is about what came after that; else null. */
  readonly wentBackFor: string | null;
  /** Rancher's own words about the service, with its state; null where it said nothing. */
  readonly rancher: string | null;
  /** When that was read, milliseconds since the epoch: it may be another by now. Null where it is not known. */
  readonly readAt: number | null;
  readonly tried: readonly Tried[];
  /** What to do now, in a sentence; may be empty. */
  readonly next: string;
  /** Whole command lines, most likely first. */
  readonly commands: readonly OfferedCommand[];
}

/** What a phase is about, in words. */
const STEPS: Readonly<Record<PhaseSpan['phase'], string>> = {
  resolving: 'finding the service and reading it',
  settling: 'waiting for a service that was busy, or for an upgrade that somebody else left',
  upgrading: 'posting the upgrade to Rancher',
  waiting: 'waiting for Rancher to replace the containers',
  verifying: 'proving that the new containers run and are healthy',
  confirming: 'waiting for a person to confirm',
  finishing: 'finishing the upgrade, and proving what runs',
  done: 'over',
  'rolling-back': 'going back to the former configuration',
  parked: 'waiting for a person',
};

/** A worker of a later release may have phases that this client does not know. */
function stepOf(phase: PhaseSpan['phase']): string {
  return Object.hasOwn(STEPS, phase) ? STEPS[phase] : 'of another release of Drover';
}

/** How the logbook's line ends with which a deployment begins to go back. */
const RESTORING = ': restoring';

/** Phases into which a deployment goes once a step has failed. */
const AFTER_A_FAILURE: readonly PhaseSpan['phase'][] = ['rolling-back', 'parked', 'done'];

/** Explains a deployment, running or over. */
export function explain(story: DeploymentStory): Explanation {
  const { outcome, progress, now } = story;
  const { rancher, readAt } = lastRead(story);
  if (outcome !== null) {
    const { verdict, reason, nextStep, result } = outcome;
    const holds = exitCodeOf(verdict) === 0;
    return {
      standing: `${verdict}: ${VERDICTS[verdict].meaning}`,
      reason,
      step: holds ? null : stepText(story),
      wentBackFor: holds ? null : wentBackFor(progress, reason),
      rancher: holds ? null : rancher,
      readAt: holds ? null : readAt,
      tried: result?.tried ?? [],
      next: nextWhereTold(story.deployment, nextStep === '' && !holds ? nextAfter(verdict) : nextStep),
      commands: holds ? [] : afterTheEnd(story),
    };
  }
  if (progress === null)
    return {
      standing: 'it runs, and no worker answers',
      reason: 'The deployment waits for a worker of the environment; nothing is lost.',
      step: stepText(story),
      wentBackFor: null,
      ...{ rancher, readAt },
      tried: [],
      next: 'Start the worker of the environment ("drover worker"), or look why it does not answer.',
      commands: [watching(story)],
    };
  const { person, phase, phaseSince, next, events } = progress;
  // What went wrong in this phase last, where something did: the outage, the gate.
  const trouble = events.findLast((event) => event.phase === phase && event.level !== 'info');
  const reason = person?.reason ?? progress.attention ?? trouble?.text ?? next;
  return {
    standing: `it runs: ${phase} for ${formatDuration(now - phaseSince)}`,
    reason,
    step: stepText(story),
    wentBackFor: wentBackFor(progress, reason),
    ...{ rancher, readAt },
    tried: person?.tried ?? [],
    next: person?.mend ?? `${next}.`,
    commands: person?.commands ?? [watching(story), stopping(story)],
  };
}

/** What to do next, where nobody said it. */
function nextAfter(verdict: Verdict): string {
  return verdict === 'cancelled'
    ? 'Nothing has to be done; where it is still wanted, ask for it again.'
    : 'Look at what happened, then ask for it again where it is still wanted.';
}

/** What to do next, where it is told why: whoever reads that need not be sent to it. */
export function nextWhereTold(deployment: DeploymentStory['deployment'], nextStep: string): string {
  return nextStep === findOutWhy(deployment) ? FOUND_OUT : nextStep;
}

/**
 * The service as it was read last; where that is newer than what was found wrong and the deployment is not over, the newer one. Of one
 * that is over, what it was like when it went wrong explains it.
 */
function lastRead({ outcome, progress, diagnosis, record }: DeploymentStory): Pick<Explanation, 'rancher' | 'readAt'> {
  const read = {
    state: record.state ?? progress?.state ?? null,
    message: progress?.message ?? record.message,
    at: record.stateAt,
  };
  const isSince = outcome === null && (read.at ?? 0) > (diagnosis?.at ?? 0);
  const { state, message, at } = isSince ? read : (diagnosis ?? read);
  if (state === null) return { rancher: null, readAt: null };
  return { rancher: `${state}${message === null ? '' : `: ${message}`}`, readAt: at };
}

/** What made it go back, in the words of its logbook, which tells it as the first thing there; null where the reason says it. */
function wentBackFor(progress: Progress | null, reason: string): string | null {
  const begun = progress?.events.findLast(({ phase, text }) => phase === 'rolling-back' && text.endsWith(RESTORING));
  const why = begun?.text.slice(0, -RESTORING.length) ?? null;
  return why === null || reason.includes(why) ? null : why;
}

/** The last step of those that lead on, and how long it was tried. */
function stepText({ timeline, progress, outcome }: DeploymentStory): string | null {
  const failed = timeline.findLast(({ phase }) => !AFTER_A_FAILURE.includes(phase));
  if (failed === undefined) return null;
  const { phase, from, to } = failed;
  const then =
    outcome === null && progress !== null && progress.phase !== phase ? `; now ${stepOf(progress.phase)}` : '';
  return `${phase} (${stepOf(phase)}), ${formatDuration(to - from)}${then}`;
}

function watching({ deployment }: DeploymentStory): OfferedCommand {
  return { command: `drover status ${targetText(deployment)} --watch`, does: 'follows it to the verdict' };
}

function stopping({ deployment, progress }: DeploymentStory): OfferedCommand {
  const target = targetText(deployment);
  return progress?.finishSent === true
    ? { command: `drover history ${target}`, does: 'shows what was deployed before; the finish was sent' }
    : { command: `drover cancel ${target}`, does: 'stops it, and goes back' };
}

/** The same again once it is mended; and what it left behind, where it may have left something. */
function afterTheEnd({ deployment, outcome, record }: DeploymentStory): OfferedCommand[] {
  const target = targetText(deployment);
  const { image, sidekicks, variables, labels, hold, redeploy, overrides } = record.asked ?? {
    ...{ hold: false, redeploy: false, overrides: [] },
    image: null,
    sidekicks: {},
    variables: [],
    labels: [],
  };
  const named = [...variables.map((name) => `--variable ${name}=…`), ...labels.map((name) => `--label ${name}=…`)];
  const words = [
    ...(image === null ? [] : [`--image ${asWord(image)}`]),
    ...Object.entries(sidekicks).map(([name, to]) => `--sidekick ${asWord(`${name}=${to}`)}`),
  ];
  // Held is held again: the same command must not finish what somebody wanted to look at.
  const settings = [...(hold ? ['--hold'] : []), ...(redeploy ? ['--redeploy'] : []), ...overrides];
  const mayBePending = outcome?.verdict === 'needs-attention' || outcome?.verdict === 'interfered';
  return [
    ...(mayBePending
      ? [
          {
            command: `drover orphans ${asWord(deployment.environment)}`,
            does: 'shows what was left half upgraded, and how to settle it',
          },
        ]
      : []),
    ...(words.length === 0
      ? []
      : [
          {
            command: `drover upgrade ${target} ${[...words, ...settings].join(' ')}`,
            does: `asks for the same again, once it is mended${named.length === 0 ? '' : `; add what was set besides: ${named.join(' ')}`}`,
          },
        ]),
    {
      command: `drover history ${target} --request ${asWord(deployment.requestId)}`,
      does: 'shows everything that happened',
    },
    {
      command: `drover report ${target} --request ${asWord(deployment.requestId)} --html report.html`,
      does: 'the same as a page, for a ticket',
    },
  ];
}
