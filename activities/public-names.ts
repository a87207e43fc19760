import type { DeploymentRequest } from '../decision/request';
import { imageUuidOf, sidekickNameOf } from '../rancher/launch-config';
import type { ServiceResource } from '../rancher/resources';

/** Where a service is, and what is asked for it. */
export type NamedPlace = Pick<DeploymentRequest, 'environment' | 'stack'> &
  Partial<Pick<DeploymentRequest, 'image' | 'sidekicks'>>;

/**
 * What everybody who may read a message knows anyway: the names of the environment, the stack, the service and its sidekicks, what Rancher
 * makes of them for containers, and the images with their parts. A label that repeats one (`team: shop` of the stack `shop`) hides nothing.
 */
export function publicNames(service: ServiceResource, place: NamedPlace): ReadonlySet<string> {
  const configs = [service.launchConfig, ...service.secondaryLaunchConfigs];
  const sidekicks = service.secondaryLaunchConfigs.flatMap((config) => sidekickNameOf(config) ?? []);
  const own = `${place.stack}-${service.name}`;
  const images = [
    ...configs.flatMap((config) => imageUuidOf(config) ?? []),
    ...(place.image === undefined ? [] : [place.image]),
    ...Object.values(place.sidekicks ?? {}),
  ];
  return new Set([
    ...[place.environment, place.stack, service.name, ...sidekicks],
    ...[
      own,
      `${place.stack}/${service.name}`,
      ...sidekicks.flatMap((name) => [`${service.name}-${name}`, `${own}-${name}`]),
    ],
    ...images.flatMap(partsOfImage),
  ]);
}

/** `docker:registry/team/web:2` is also known without its kind, without its tag, as `web:2`, as `web`, and by its tag. */
function partsOfImage(uuid: string): string[] {
  const image = uuid.replace(/^docker:/, '');
  const [named = '', digest] = image.split('@');
  const tag = /:([^:/]+)$/.exec(named)?.[1];
  const repository = tag === undefined ? named : named.slice(0, -tag.length - 1);
  const last = (path: string): string => path.split('/').at(-1) ?? path;
  return [
    ...[uuid, image, named, repository, last(named), last(repository)],
    ...(tag === undefined ? [] : [tag]),
    ...(digest === undefined ? [] : [digest]),
  ];
}
