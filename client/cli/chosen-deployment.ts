import type { DeploymentHandle } from '../deployment-handle';
import type { DroverClient } from '../drover-client';
import type { Target } from '../input/upgrade-input';
import { unknownDeployment, unknownRequest } from '../refusals';
import type { OptionSpec, ParsedArguments } from './option-spec';
import { option } from './target';

/** Chooses one of a service's deployments. */
export const REQUEST_OPTION: OptionSpec = {
  name: 'request',
  kind: 'one',
  value: 'ID',
  aliases: ['request-id'],
  help: 'the deployment of this request (or of this deployment id) instead of the newest',
};

/**
 * The newest deployment of a service, or the one that `--request` names.
 *
 * @throws RefusedError where there is none
 */
export async function chosenDeployment(
  client: DroverClient,
  target: Target,
  args: ParsedArguments,
): Promise<DeploymentHandle> {
  const requestId = option(args, 'request');
  const found = await client.get(target.environment, target.stack, target.service, requestId);
  if (found !== null) return found;
  throw requestId === undefined ? unknownDeployment(target) : unknownRequest(target, requestId);
}
