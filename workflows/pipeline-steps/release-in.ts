import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { ChildWorkflowFailure, getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Ticket } from '../../decision/lane';
import type { Pinned } from '../../decision/promotion';
import { imagesOfPinned, promotionOf } from '../../decision/promotion';
import type { ReleaseRequest } from '../../decision/release';
import { RELEASE_DEFAULTS } from '../../decision/release';
import { isGood } from '../../decision/release-verdict';
import type { DeploymentRequest } from '../../decision/request';
import type { Intervention } from '../contract';
import { KEYWORD_LIMIT } from '../contract';
import { cancelSignal } from '../messages';
import type { PipelineRun, Stage } from '../pipeline-run';
import type { ReleaseInput, release } from '../release';
import type { ReleaseMemo, ReleaseResult } from '../release-contract';
import { RELEASE, releaseWorkflowIdOf } from '../release-contract';
import { shortSummary } from '../summaries';
import type { Copied, EndedThere } from './copy-missing';
import { copyMissing, removeCopied } from './copy-missing';
import { readStack } from './read-stack';

/** Releases what is pinned in one environment of a stage, and says how that ended. */
export async function releaseIn(run: PipelineRun, stage: Stage, environment: string, releaseId: string): Promise<void> {
  const { name } = stage.asked;
  const { changes, missing } = promotionOf(run.pinned, await readStack(environment, run.request.stack));
  const created = await copyMissing(run, stage, environment, releaseId, missing);
  if (created.problem !== null) {
    const ended = await takenBack(run, stage, environment, releaseId, created, created.problem);
    run.note('error', name, `${environment}: ${ended.verdict}: ${ended.reason}`);
    return run.saw(stage, environment, ended);
  }
  // What differs in its settings alone, the release itself finds out.
  const isConcerned = (service: string): boolean =>
    run.request.withSettings === true
      ? !missing.some((one) => one.service === service)
      : changes.some((one) => one.service === service);
  const changed = run.pinned.filter(({ service }) => isConcerned(service));
  if (changed.length === 0) {
    const verdict = created.services.length === 0 ? 'unchanged' : 'succeeded';
    return run.saw(stage, environment, { verdict, reason: verdict === 'unchanged' ? 'it runs it already' : 'created' });
  }
  run.saw(stage, environment, { releaseId });
  run.note('info', name, `${environment}: release ${releaseId} of ${changed.flatMap(imagesOfPinned).join(', ')}`);
  const ended = await released(run, stage, environment, releaseId, changed);
  const { verdict, reason } = isGood(ended)
    ? ended
    : await takenBack(run, stage, environment, releaseId, created, ended);
  run.saw(stage, environment, { verdict, reason });
  run.note(isGood({ verdict }) ? 'info' : 'error', name, `${environment}: ${verdict}: ${reason}`);
}

/** What was created for a release that is not to be goes again. */
async function takenBack(
  run: PipelineRun,
  stage: Stage,
  environment: string,
  releaseId: string,
  { services }: Copied,
  ended: EndedThere,
): Promise<EndedThere> {
  const left = await removeCopied(run, stage, environment, releaseId, services);
  return left === null ? ended : { verdict: 'needs-attention', reason: `${ended.reason}; ${left}` };
}

/** Takes back what is being released now. */
export async function cancelReleases(run: PipelineRun, by: Intervention): Promise<void> {
  const running = run.stages
    .flatMap(({ environments }) => [...environments.values()])
    .filter(({ releaseId, verdict }) => releaseId !== null && verdict === null);
  for (const { releaseId } of running)
    await getExternalWorkflowHandle(releaseWorkflowIdOf(releaseId ?? ''))
      .signal(cancelSignal, by)
      .catch(() => undefined);
}

async function released(
  run: PipelineRun,
  stage: Stage,
  environment: string,
  releaseId: string,
  changed: readonly Pinned[],
): Promise<Pick<ReleaseResult, 'verdict' | 'reason'>> {
  const input = inputOf(run, stage, environment, releaseId, changed);
  const { requestId, author } = input.request;
  const memo: ReleaseMemo = {
    requestId,
    releaseId,
    requestDigest: `of the pipeline ${run.request.pipelineId}`,
    requestedBy: author.by,
  };
  const child = await startChild<typeof release>(RELEASE, {
    workflowId: releaseWorkflowIdOf(releaseId),
    args: [input],
    memo: { ...memo },
    typedSearchAttributes: [
      keyword('DroverRelease', releaseId),
      keyword('DroverRequester', author.by),
      keyword('DroverRequest', requestId),
      keyword('DroverPhase', 'checking'),
      keyword('DroverEnvironment', environment),
      keyword('DroverStack', run.request.stack),
    ],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: shortSummary(
      `${run.request.name}, ${stage.asked.name}: ${changed.length} services in ${environment}`,
    ),
  });
  try {
    return await child.result();
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    return { verdict: 'interfered', reason: 'somebody ended the workflow of its release' };
  }
}

function inputOf(
  run: PipelineRun,
  stage: Stage,
  environment: string,
  releaseId: string,
  changed: readonly Pinned[],
): ReleaseInput {
  const { stack, author, requestId, pipelineId, name } = run.request;
  const ref = { releaseId, workflowId: releaseWorkflowIdOf(releaseId) };
  const tickets = changed.map(({ service, image, sidekicks }, index): Ticket => {
    const request: DeploymentRequest = {
      requestId: `${requestId}/${stage.asked.name}/${environment}/${service}`,
      // Of the same form as others', and one for each: the release's own id is new.
      deploymentId: `d${releaseId.slice(1, 9)}${String(index).padStart(4, '0')}`,
      ...{
        environment,
        stack,
        service,
        sidekicks,
        variables: {},
        labels: {},
        redeploy: false,
        hold: false,
        overrides: {},
      },
      ...(image === null ? {} : { image }),
      ...(run.request.withSettings === true ? { settingsFrom: stage.asked.from } : {}),
      author,
      release: ref,
    };
    return { request, digest: `${pipelineId}/${stage.asked.name}`, whenBusy: 'queue' };
  });
  const request: ReleaseRequest = {
    ...RELEASE_DEFAULTS,
    ...{ requestId: `${requestId}/${stage.asked.name}/${environment}`, releaseId, whenBusy: 'queue', author },
    name: `${name}, ${stage.asked.name} in ${environment}`,
    services: tickets.map(
      ({
        request: {
          requestId: _id,
          deploymentId: _deployment,
          hold: _hold,
          author: _author,
          release: _release,
          ...asked
        },
      }) => ({
        ...asked,
        dependsOn: [],
      }),
    ),
  };
  return { request, waves: [tickets] };
}

function keyword(
  name: string,
  value: string,
): { key: ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>>; value: string } {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value: value.slice(0, KEYWORD_LIMIT) };
}
