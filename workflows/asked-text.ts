import type { DeploymentRequest } from '../decision/request';

/** What was asked, in people's words. */
export function askedText({ image, sidekicks, redeploy, service, stack, environment }: DeploymentRequest): string {
  const images = [
    ...(image === undefined ? [] : [image]),
    ...Object.entries(sidekicks).map(([name, to]) => `${name}=${to}`),
  ];
  const what = images.length === 0 ? (redeploy ? 'the image that it has' : 'its settings') : images.join(', ');
  return `${stack}/${service} → ${what} in ${environment}`;
}
