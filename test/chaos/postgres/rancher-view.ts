import { setTimeout as delay } from 'node:timers/promises';
import { read, render } from '../../rancher/json-tree';
import type { StackRancher } from '../../support/stack-rancher';
import type { DeploymentCase } from '../support/deployment-case';
import { PROJECT } from '../support/deployment-case';
import type { Evidence } from '../support/evidence';

/** How long a service may take to come to rest after its deployment's end, milliseconds. */
const REST_LIMIT_MILLIS = 30_000;
const LOOK_AGAIN_MILLIS = 200;
const RESTLESS = /ing$|ing-upgrade$|^rolling-back$/;

/** The service as the simulated Rancher shows it, as text: a parser may lose digits. */
export async function textOfService(rancher: StackRancher, { stack, service }: DeploymentCase): Promise<string> {
  const tree = read(await rancher.serviceText(PROJECT, stack, service));
  const shown = tree.kind === 'object' ? tree.entries.get('service') : undefined;
  if (shown === undefined) throw new Error(`the simulated Rancher shows no ${service}`);
  return render(shown);
}

/** The service and its containers, once it is at rest: what somebody else had begun goes on after a deployment that never touched it. */
export async function lookAtService(
  rancher: StackRancher,
  { stack, service }: DeploymentCase,
): Promise<Evidence['after']> {
  const deadline = Date.now() + REST_LIMIT_MILLIS;
  for (;;) {
    const after = JSON.parse(await rancher.serviceText(PROJECT, stack, service)) as Evidence['after'];
    if (!RESTLESS.test(String(after.service['state'])) || Date.now() >= deadline) return after;
    await delay(LOOK_AGAIN_MILLIS);
  }
}
