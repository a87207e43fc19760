import type { DeploymentRequest } from '../decision/request';
import { askedConfigs } from '../decision/request';
import type { StartStep } from '../decision/start-step';
import { startStep } from '../decision/start-step';
import type { JsonObject } from '../rancher/json';
import { isJsonObject, ownValue } from '../rancher/json';
import type { UpgradePlan } from '../workflows/contract';
import type { ActivityDependencies } from './dependencies';
import { accessTo, resolveVariables } from './open-service';
import { resolveTarget } from './resolve-target';

/** What an upgrade would change: names and images, never a value. Writes nothing. */
export async function planUpgrade(
  deps: ActivityDependencies,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<UpgradePlan> {
  const access = accessTo(deps, request.environment);
  const policy = access.policy(request);
  const { target, rancherUrl, service, images, resource } = await resolveTarget(deps, { request, policy }, signal);
  const step = startStep(service, {
    onPending: policy.onPending,
    redeploy: request.redeploy,
    asked: askedConfigs(request),
    again: false,
    patience: 'fresh',
  });
  const variables = await resolveVariables(deps, access, request, signal);
  return {
    environment: request.environment,
    stack: request.stack,
    service: request.service,
    serviceId: target.serviceId,
    state: service.state,
    rancherUrl,
    step: step.do,
    firstStep: inWords(step),
    ...(step.do === 'refuse' && step.then !== undefined ? { then: step.then } : {}),
    images,
    variables: changedKeys(resource.launchConfig, 'environment', variables),
    labels: changedKeys(resource.launchConfig, 'labels', request.labels),
    policy,
  };
}

function inWords(step: StartStep): string {
  switch (step.do) {
    case 'upgrade':
      return 'upgrade the service';
    case 'unchanged':
      return 'nothing: the service already runs it';
    case 'adopt':
      return 'adopt the upgrade to the same target that is already pending: verify and finish it';
    case 'settle':
      return `${step.action === 'rollback' ? 'roll back' : 'finish'} what is pending (${step.why}), then upgrade`;
    case 'wait':
      return `wait (${step.why})`;
    case 'refuse':
      return `refuse: ${step.why}`;
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}

function changedKeys(config: JsonObject | null, map: string, wanted: Readonly<Record<string, string>>): string[] {
  const current = config === null ? undefined : ownValue(config, map);
  return Object.entries(wanted)
    .filter(([key, value]) => !isJsonObject(current) || ownValue(current, key) !== value)
    .map(([key]) => key);
}
