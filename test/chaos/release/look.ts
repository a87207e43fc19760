import type { StackRancher } from '../../support/stack-rancher';
import { patiently } from '../kill/patiently';
import type { ServiceLook } from './seen';
import { STACK } from './release-stack';

const REMOVED: ServiceLook = { state: 'removed', image: '', version: '', running: [] };

/** A service as Rancher shows it now. */
export async function lookAt(rancher: StackRancher, project: string, name: string): Promise<ServiceLook> {
  const found = await patiently(() => rancher.service(project, STACK, name)).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('the simulator refuses')) return null;
    throw error;
  });
  if (found === null || found.service['state'] === 'removed') return REMOVED;
  const config = found.service['launchConfig'] as Readonly<Record<string, unknown>>;
  const containers = found.instances.filter(({ state }) => state === 'running');
  return {
    state: String(found.service['state']),
    image: String(config['imageUuid']),
    version: String(config['version']),
    running: containers.map(({ imageUuid, version }) => `${String(imageUuid)} ${String(version)}`).sort(),
  };
}
