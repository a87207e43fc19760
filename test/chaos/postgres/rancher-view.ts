import { read, render } from '../../rancher/json-tree';
import type { StackRancher } from '../../support/stack-rancher';
import type { DeploymentCase } from '../support/deployment-case';
import { PROJECT } from '../support/deployment-case';
import type { Evidence } from '../support/evidence';

/** The service as the simulated Rancher shows it, as text: a parser may lose digits. */
export async function textOfService(rancher: StackRancher, deployment: DeploymentCase): Promise<string> {
  const tree = read(await inspect(rancher, deployment));
  const service = tree.kind === 'object' ? tree.entries.get('service') : undefined;
  if (service === undefined) throw new Error(`the simulated Rancher shows no ${deployment.service}`);
  return render(service);
}

/** The service and its containers. */
export async function lookAtService(rancher: StackRancher, deployment: DeploymentCase): Promise<Evidence['after']> {
  return JSON.parse(await inspect(rancher, deployment)) as Evidence['after'];
}

async function inspect(rancher: StackRancher, { stack, service }: DeploymentCase): Promise<string> {
  const response = await fetch(`${rancher.url}/_simulator/services/${PROJECT}/${stack}/${service}`);
  if (!response.ok)
    throw new Error(`the simulated Rancher does not show ${stack}/${service}: ${await response.text()}`);
  return response.text();
}
