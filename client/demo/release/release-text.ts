import { imageOf, SERVICES, STACK } from './site';

/**
 * The file of a release of all three services, each of which depends on the one before.
 *
 * @param web the tag of the last one, where it is another
 */
export function releaseText(environment: string, tag: string, web = tag): string {
  const services = SERVICES.map((service, index) => {
    const before = SERVICES[index - 1];
    return [
      `  ${STACK}/${service}:`,
      `    image: ${imageOf(service, service === 'web' ? web : tag)}`,
      ...(before === undefined ? [] : [`    dependsOn: [${STACK}/${before}]`]),
    ].join('\n');
  });
  return [`name: ${STACK} ${web}`, `environment: ${environment}`, 'services:', ...services, ''].join('\n');
}
