import { workflowInfo } from '@temporalio/workflow';
import type { Notification } from '../decision/notification';
import { eventIdOf } from '../decision/notification';
import type { PipelineRequest } from '../decision/pipeline';
import type { ReleaseRequest } from '../decision/release';
import type { Told } from './announce';
import { TELL } from './contract';
import { startTelling } from './start-telling';
import type { Telling } from './tell';

/** Services that an event names. */
const NAMED = 5;

/** Tells people about a release, by the worker of the environment of its first service. */
export function tellOfRelease(request: ReleaseRequest, told: Told): Promise<void> {
  const { releaseId, name, services, author, requestId } = request;
  const environment = listed(services.map((one) => one.environment));
  const names = services.map(({ stack, service }) => `${stack}/${service}`);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return start(services[0]?.environment ?? '', {
    ...({ kind: 'release', environment, stack: listed(services.map(({ stack }) => stack)), requestId } as const),
    ...{ deploymentId: releaseId, by: author.by, why: author.why ?? null },
    asked: `${name ?? 'release'}: ${names.slice(0, NAMED).join(', ')}${more} in ${environment}`,
    ...told,
  });
}

/** Tells people about a pipeline, by the worker of the first environment of the stage at hand. */
export function tellOfPipeline(
  request: PipelineRequest,
  stage: { readonly environments: readonly string[] },
  told: Told,
): Promise<void> {
  const { pipelineId, name, stack, stages, author, requestId } = request;
  const environment = listed(stages.flatMap(({ environments }) => environments));
  return start(stage.environments[0] ?? '', {
    ...({ kind: 'pipeline', environment, stack, requestId } as const),
    ...{ deploymentId: pipelineId, by: author.by, why: author.why ?? null },
    asked: `${name} of ${stack} through ${environment}`,
    ...told,
  });
}

function start(
  by: string,
  about: Omit<Notification, 'id' | 'service' | 'workflowId' | 'runId' | 'rancherUrl'>,
): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const id = eventIdOf(about.deploymentId, about.event, about.at);
  const event: Notification = { ...about, id, workflowId, runId, service: '', rancherUrl: null };
  const telling: Telling = { event, by, endedRun: null };
  return startTelling(TELL, event, [telling]);
}

/** Each once. */
function listed(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}
