import { CREATED_LABEL } from '../../rancher/compose-copy';
import { labelOf } from '../../rancher/launch-config';
import type { ServiceResource, Stack } from '../../rancher/resources';

/** Whether a release made a service, by the label on its primary configuration, which later upgrades leave as it is. */
export function madeService(releaseId: string, service: ServiceResource): boolean {
  return labelOf(service.launchConfig, CREATED_LABEL) === releaseId;
}

/** Whether a release made a stack, by its description: stacks have no labels. */
export function madeStack(releaseId: string, stack: Stack): boolean {
  return stack.description === stackMark(releaseId);
}

/** The description of a stack that a release makes. */
export function stackMark(releaseId: string): string {
  return `${CREATED_LABEL}=${releaseId}`;
}
