import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { DeploymentRequest } from '../../decision/request';
import { UPGRADE_SERVICE, WORKFLOW_QUEUE, workflowIdOf } from '../../workflows/contract';
import type { DeploymentMemo, SearchAttributeName } from '../../workflows/contract';
import { InvalidInputError } from '../errors/invalid-input-error';
import { grpcTroubleOf } from './grpc-trouble';

/** What a search attribute of type Keyword holds, characters. */
export const KEYWORD_LIMIT = 255;

/**
 * Starts the workflow of a deployment and answers its run id.
 *
 * @throws WorkflowExecutionAlreadyStartedError where another one runs; InvalidInputError where the namespace lacks the search attributes
 */
export async function startDeployment(client: Client, request: DeploymentRequest, digest: string): Promise<string> {
  const { environment, stack, service, author } = request;
  const memo: DeploymentMemo = {
    requestId: request.requestId,
    deploymentId: request.deploymentId,
    requestDigest: digest,
    requestedBy: author.by,
  };
  const images = imagesText(request);
  try {
    const handle = await client.workflow.start(UPGRADE_SERVICE, {
      workflowId: workflowIdOf(environment, stack, service),
      taskQueue: WORKFLOW_QUEUE,
      args: [request],
      memo: { ...memo },
      typedSearchAttributes: [
        keyword('DroverEnvironment', environment),
        keyword('DroverStack', stack),
        keyword('DroverService', service),
        keyword('DroverImage', images),
        keyword('DroverRequester', author.by),
        keyword('DroverRequest', request.requestId),
        keyword('DroverPhase', 'resolving'),
      ],
      staticSummary: `${stack}/${service} → ${images} in ${environment}, by ${author.by}`,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });
    return handle.firstExecutionRunId;
  } catch (error) {
    const failed = grpcTroubleOf(error);
    if (failed?.trouble === 'invalid' && /search attribute/i.test(failed.details)) {
      throw missingSearchAttributes(client.options.namespace, failed.details);
    }
    throw error;
  }
}

/** The images of a request in a line: the primary's, then the sidekicks'. */
export function imagesText(request: Pick<DeploymentRequest, 'image' | 'sidekicks'>): string {
  const sidekicks = Object.entries(request.sidekicks).map(([name, image]) => `${name}=${image}`);
  return [...(request.image === undefined ? [] : [request.image]), ...sidekicks].join(', ');
}

/** The namespace does not know Drover's search attributes yet. */
export function missingSearchAttributes(namespace: string, details: string): InvalidInputError {
  return new InvalidInputError([
    {
      where: `the namespace ${namespace} of Temporal`,
      text: `Drover's search attributes are not registered there (${details}); nothing was started`,
      fix: `Run "drover setup --namespace ${namespace}" with credentials that may register them (a worker that starts does it too); then try again.`,
    },
  ]);
}

function keyword(name: SearchAttributeName, value: string): SearchAttributePair {
  const key = defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  return { key, value: value.slice(0, KEYWORD_LIMIT) };
}
