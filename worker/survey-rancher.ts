import { RancherClient } from '../rancher/rancher-client';
import type { RancherClientOptions } from '../rancher/rancher-client';
import type { Project } from '../rancher/resources';

/** Environments whose stacks are listed; of further ones only the names are. */
const MOST_LISTED = 25;
const LIMIT_MILLIS = 60_000;

/** An environment of a Rancher, and what is in it. */
export interface SurveyedEnvironment {
  readonly id: string;
  readonly name: string;
  /** `STACK/SERVICE` and the image without `docker:`; null for a service without one. */
  readonly services: readonly { readonly name: string; readonly image: string | null }[];
}

/**
 * Lists what a key sees on a Rancher: environments, and the services of their stacks. It only reads.
 *
 * @throws RancherError as the client does
 */
export async function surveyRancher(
  options: Pick<RancherClientOptions, 'url' | 'accessKey' | 'secretKey' | 'ca'>,
): Promise<readonly SurveyedEnvironment[]> {
  const client = new RancherClient(options);
  try {
    const signal = AbortSignal.timeout(LIMIT_MILLIS);
    const visible = await client.listProjects(signal);
    const named = client.projectIdFromUrl;
    const projects = named === undefined ? visible : [await client.lookUpProject(named, signal)];
    const surveyed: SurveyedEnvironment[] = [];
    for (const [index, project] of projects.entries())
      surveyed.push(index < MOST_LISTED ? await listed(client, project, signal) : { ...about(project), services: [] });
    return surveyed;
  } finally {
    client.close();
  }
}

const about = ({ id, name }: Project): Pick<SurveyedEnvironment, 'id' | 'name'> => ({ id, name });

async function listed(client: RancherClient, project: Project, signal: AbortSignal): Promise<SurveyedEnvironment> {
  const [stacks, services] = await Promise.all([
    client.listStacks(project.id, signal),
    client.listServices(project.id, undefined, signal),
  ]);
  const names = new Map(stacks.map(({ id, name }) => [id, name]));
  return {
    ...about(project),
    services: services
      .flatMap(({ stackId, name, launchConfig }) => {
        const stack = names.get(stackId);
        const imageUuid = launchConfig?.['imageUuid'];
        const image = typeof imageUuid === 'string' ? imageUuid.replace(/^docker:/, '') : null;
        return stack === undefined ? [] : [{ name: `${stack}/${name}`, image }];
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}
