import { MOST_SERVICES, RELEASE_DEFAULTS } from '../../../decision/release';
import { InvalidInputError, type Problem } from '../../errors/invalid-input-error';
import { nameProblems } from '../check-names';
import { shownPlace } from '../shown';
import type { ReleaseInput, ReleaseServiceInput } from './release-input';
import { wrongImage, wrongService } from './release-schema';

const FORM = 'write STACK/SERVICE=IMAGE, such as storefront/web=example/web:2.4.1';

/**
 * A release without a file: services of one environment with their images, `storefront/web=example/web:2.4.1`, in any order among
 * themselves.
 *
 * @throws InvalidInputError with everything that is wrong
 */
export function releaseFromArguments(environment: string, services: readonly string[]): ReleaseInput {
  const problems: Problem[] = nameProblems('environment', 'ENVIRONMENT', environment);
  const read = new Map<string, ReleaseServiceInput>();
  if (services.length === 0) problems.push({ where: 'STACK/SERVICE=IMAGE', text: 'it is missing', fix: FORM });
  if (services.length > MOST_SERVICES)
    problems.push({
      where: 'STACK/SERVICE=IMAGE',
      text: `${services.length} services are more than one release may have`,
      fix: `make several releases of at most ${MOST_SERVICES} services`,
    });
  for (const text of services.slice(0, MOST_SERVICES)) {
    const at = text.indexOf('=');
    const [path, image] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    const where = shownPlace(path);
    const wrong = at < 0 ? { text: 'it names no image', fix: FORM } : (wrongService(path) ?? wrongImage(image));
    if (wrong !== undefined) problems.push({ where, ...wrong });
    else if (read.has(path)) problems.push({ where, text: 'it is given twice', fix: 'give it once' });
    else read.set(path, serviceOf(environment, path, image));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { ...RELEASE_DEFAULTS, services: [...read.values()] };
}

function serviceOf(environment: string, path: string, image: string): ReleaseServiceInput {
  const [stack = '', service = ''] = path.split('/');
  const nothing = { sidekicks: {}, variables: {}, labels: {}, redeploy: false, overrides: {}, dependsOn: [] };
  return { environment, stack, service, image, ...nothing };
}
