import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { Ticket } from '../decision/lane';
import { imagesOf } from '../decision/lane';
import type { DeploymentMemo, SearchAttributeName } from './contract';
import { KEYWORD_LIMIT } from './contract';
import { shortSummary, shortSummaryAround } from './summaries';

/** What Temporal keeps beside a workflow, so that it is found and told apart without asking a worker. */
export interface Listed {
  readonly memo: Record<string, unknown>;
  readonly typedSearchAttributes: SearchAttributePair[];
  readonly staticSummary: string;
}

/** How the deployment of a ticket is listed. */
export function listedAs({ request, digest }: Ticket): Listed {
  const { environment, stack, service, author, requestId, deploymentId, release } = request;
  const memo: DeploymentMemo = { requestId, deploymentId, requestDigest: digest, requestedBy: author.by };
  const images = imagesOf(request);
  return {
    memo: { ...memo },
    typedSearchAttributes: [
      keyword('DroverEnvironment', environment),
      keyword('DroverStack', stack),
      keyword('DroverService', service),
      keyword('DroverImage', images),
      keyword('DroverRequester', author.by),
      keyword('DroverRequest', requestId),
      keyword('DroverPhase', 'resolving'),
      ...(release === undefined ? [] : [keyword('DroverRelease', release.releaseId)]),
    ],
    staticSummary: shortSummaryAround(`${stack}/${service} → `, images, ` in ${environment}, by ${author.by}`),
  };
}

/** How the lane of a service is listed. */
export function laneListedAs(target: {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
}): Pick<Listed, 'typedSearchAttributes' | 'staticSummary'> {
  const { environment, stack, service } = target;
  return {
    typedSearchAttributes: [
      keyword('DroverEnvironment', environment),
      keyword('DroverStack', stack),
      keyword('DroverService', service),
    ],
    staticSummary: shortSummary(`one deployment of ${stack}/${service} in ${environment} at a time`),
  };
}

function keyword(name: SearchAttributeName, value: string): SearchAttributePair {
  const key = defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  return { key, value: value.slice(0, KEYWORD_LIMIT) };
}
