import type { CodecError } from '../codec/codec-error';
import type { DeploymentRequest } from '../decision/request';
import { asWord, targetText } from '../decision/target-text';
import type { InterventionName } from '../workflows/contract';
import type { DeploymentSummary } from './deployment-summary';
import { InvalidInputError } from './errors/invalid-input-error';
import { RefusedError } from './errors/refused-error';
import { StillWaitingError } from './errors/still-waiting-error';
import { UnreachableError } from './errors/unreachable-error';
import { differencesOf } from './input/request-digest';
import type { Target } from './input/upgrade-input';
import type { CoordinatorSummary } from './coordinator/coordinator-summary';

/** Another deployment of the service runs. */
export function busy(running: DeploymentSummary, image: string): RefusedError {
  const target = targetText(running);
  return new RefusedError(
    `${target} is busy: ${running.requestedBy || 'somebody'} deploys ${image} there since ${clock(running.startedAt)}` +
      ` (phase ${running.phase || 'unknown'}, request ${running.requestId || 'unknown'}). Nothing was changed.`,
    `Wait for it: drover status ${target} --watch; or stop it: drover cancel ${target}`,
  );
}

/** Others come and go faster than it can be decided who is next. */
export function undecided(target: Target): RefusedError {
  return new RefusedError(
    `${targetText(target)} is busy: deployments of it begin and end faster than this one could be started. Nothing was changed.`,
    `See who it is: drover history ${targetText(target)}; or let it wait for its turn: --when-busy queue`,
  );
}

/** It was sent; the answer is encrypted with a key that is not here. */
export function unreadableAnswer(target: Target, error: CodecError): StillWaitingError {
  return new StillWaitingError(
    `The request for ${targetText(target)} was sent, and the answer cannot be read: ${error.message}. The deployment may have begun.`,
    `Give this client the keys of the codec (DROVER_CODEC_KEYS_FILE, or temporal.codec in drover.yaml), then: drover status ${targetText(target)}`,
    { cause: error },
  );
}

/** Who waits, only the lane knows, and no worker runs it. */
export function noAnswerFromLane(target: Target): UnreachableError {
  return new UnreachableError(
    `No worker answers for the queue of ${targetText(target)}: who waits cannot be told. Nothing is lost.`,
    'Start a worker ("drover worker"), then ask again.',
  );
}

/** The request id was used before, for something else. */
export function sameIdOtherContent(
  other: Pick<DeploymentSummary, 'startedAt' | 'requestedBy'>,
  asked: DeploymentRequest | null,
  now: DeploymentRequest,
): InvalidInputError {
  const names = asked === null ? [] : differencesOf(asked, now);
  const images =
    asked !== null && names.includes('image')
      ? ` (${asked.image ?? 'no image'} then, ${now.image ?? 'no image'} now)`
      : '';
  const difference = names.length === 0 ? 'something else' : `another ${names.join(', another ')}${images}`;
  return new InvalidInputError([
    {
      where: '--request-id',
      text: `the request "${now.requestId}" was made at ${clock(other.startedAt)} by ${other.requestedBy || 'somebody'} with ${difference}`,
      fix: 'Give what is asked now another id (--request-id), or ask for the same as then.',
    },
  ]);
}

/** Nothing runs that one could step into: it is over. */
export function over(target: Target, last: DeploymentSummary, name: InterventionName): RefusedError {
  return new RefusedError(
    `There is nothing to ${name}: the last deployment of ${targetText(target)} ${isOver(last)}.`,
    `See it: drover status ${targetText(target)}`,
  );
}

/**
 * The deployment that was meant is over.
 *
 * @param running another one that runs there now, for which the message is not
 */
export function requestOver(
  meant: DeploymentSummary,
  running: DeploymentSummary | null,
  name: InterventionName,
): RefusedError {
  const target = targetText(meant);
  const other = running === null ? '' : ` ${nowRuns(running)} Nothing was sent.`;
  return new RefusedError(
    `There is nothing to ${name}: the deployment of ${target} for the request "${meant.requestId}" ${isOver(meant)}.${other}`,
    `See how it ended: drover why ${target} --request ${asWord(meant.requestId)}${running === null ? '' : `; see what runs: drover status ${target}`}`,
  );
}

function isOver({ endedAt, verdict, run }: DeploymentSummary): string {
  const when = endedAt === null ? '' : ` since ${clock(endedAt)}`;
  return `is over${when}; ${verdict === null ? `its workflow is ${run}` : `its verdict is "${verdict}"`}`;
}

/** `Another one runs there now: request "r2" (deployment d…), by jane since …` */
function nowRuns({ requestId, deploymentId, requestedBy, startedAt }: DeploymentSummary): string {
  return `Another one runs there now: request "${requestId}" (deployment ${deploymentId}), by ${requestedBy || 'somebody'} since ${clock(startedAt)}.`;
}

/** There never was one. */
export function unknownDeployment(target: Target): RefusedError {
  return new RefusedError(
    `Temporal knows no deployment of ${targetText(target)}.`,
    'Check the spelling; "drover list" shows the deployments that there are. Closed ones are forgotten after the namespace\'s retention.',
  );
}

/** It is listed, and its history was deleted. */
export function historyGone(target: Target, runId: string): RefusedError {
  return new RefusedError(
    `Temporal has no history of this deployment of ${targetText(target)} any more (run ${runId}): it was deleted, or is beyond the namespace's retention.`,
    `See which ones there are: drover history ${targetText(target)}`,
  );
}

/**
 * There is no such deployment among those of the service.
 *
 * @param running what runs there, where somebody wanted to step in
 */
export function unknownRequest(
  target: Target,
  requestId: string,
  running: DeploymentSummary | null = null,
): RefusedError {
  const other = running === null ? '' : ` ${nowRuns(running)} Nothing was sent.`;
  return new RefusedError(
    `Temporal knows no deployment of ${targetText(target)} for the request "${requestId}".${other}`,
    `See which ones there are: drover history ${targetText(target)}`,
  );
}

/** A moment for people: UTC, to the second. */
export function clock(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** There is no such release. */
export function unknownRelease(releaseId: string): RefusedError {
  return new RefusedError(
    `Temporal knows no release "${releaseId}".`,
    "See which ones there are: drover releases. Closed ones are forgotten after the namespace's retention.",
  );
}

/** Nothing runs that one could step into. */
export function releaseOver(last: CoordinatorSummary, name: InterventionName): RefusedError {
  const when = last.endedAt === null ? '' : ` since ${clock(last.endedAt)}`;
  const how = last.verdict === null ? `its workflow is ${last.status}` : `its verdict is "${last.verdict}"`;
  return new RefusedError(
    `There is nothing to ${name}: the release ${last.id} is over${when}; ${how}.`,
    `See it: drover releases ${last.id}`,
  );
}

/** The request id was used before, for another release. */
export function sameReleaseIdOtherContent(other: CoordinatorSummary, requestId: string): InvalidInputError {
  return new InvalidInputError([
    {
      where: '--request-id',
      text: `the release "${requestId}" was asked for at ${clock(other.startedAt)} by ${other.requestedBy || 'somebody'}, and it was something else`,
      fix: 'Give what is asked now another id (--request-id), or ask for the same as then.',
    },
  ]);
}

/** There is no such pipeline. */
export function unknownPipeline(pipelineId: string): RefusedError {
  return new RefusedError(
    `Temporal knows no pipeline "${pipelineId}".`,
    "See which ones there are: drover pipelines. Closed ones are forgotten after the namespace's retention.",
  );
}

/** Nothing runs that one could step into. */
export function pipelineOver(last: CoordinatorSummary, what: string): RefusedError {
  const when = last.endedAt === null ? '' : ` since ${clock(last.endedAt)}`;
  const how = last.verdict === null ? `its workflow is ${last.status}` : `its verdict is "${last.verdict}"`;
  return new RefusedError(
    `There is nothing to ${what}: the pipeline ${last.id} is over${when}; ${how}.`,
    `See it: drover pipelines ${last.id}`,
  );
}

/** The request id was used before, for another pipeline. */
export function samePipelineIdOtherContent(other: CoordinatorSummary, requestId: string): InvalidInputError {
  return new InvalidInputError([
    {
      where: '--request-id',
      text: `the pipeline "${requestId}" was asked for at ${clock(other.startedAt)} by ${other.requestedBy || 'somebody'}, and it was something else`,
      fix: 'Give what is asked now another id (--request-id), or ask for the same as then.',
    },
  ]);
}

/** Nothing is held under that id. */
export function unknownHold(holdId: string): RefusedError {
  return new RefusedError(`Nothing is held under the id "${holdId}".`, 'See what is: drover holds');
}
