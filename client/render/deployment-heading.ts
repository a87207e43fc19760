import type { FollowedDeployment } from '../follow/follow-event';
import { clean } from './clean';

/** Which deployment it is, in a line: `storefront/web in prod: rolled-back (d0123456789ab, request r1), by jane@host`. */
export function headingText(deployment: FollowedDeployment, standing: string): string {
  const { environment, stack, service, deploymentId, requestId, requestedBy } = deployment;
  return clean(
    `${stack}/${service} in ${environment}: ${standing} (${deploymentId}, request ${requestId}), by ${requestedBy}`,
  );
}
