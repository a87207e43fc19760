import { RELEASE_DEFAULTS } from '../../../decision/release';
import { participantKey } from '../../../decision/release-order';
import { checkUpgrade } from '../check-upgrade';
import { given } from '../yaml/given';
import { contentOf, textOfFile } from '../yaml/input-file';
import { readYaml } from '../yaml/read-yaml';
import { refuseFile } from '../yaml/refuse-file';
import { relationProblems } from './relation-problems';
import { releaseGateOf } from './gates-schema';
import type { ReleaseInput, ReleaseServiceInput } from './release-input';
import { releaseSchema, type ReleaseContent, type ServiceContent } from './release-schema';

const EXAMPLE = 'services: { storefront/web: example/web:2.4.1 }';

/**
 * Reads `release.yaml`.
 *
 * @param path of the file
 * @param environment for the services that do not name their own, instead of the file's
 * @throws InvalidInputError with everything that is wrong, each with file, line and column
 */
export function readReleaseFile(path: string, environment?: string): ReleaseInput {
  return parseRelease(textOfFile(path, 'the release'), path, environment);
}

/**
 * The same for a text.
 *
 * @param name how messages call the file
 * @throws InvalidInputError as {@link readReleaseFile}
 */
export function parseRelease(source: string, name: string, environment?: string): ReleaseInput {
  const file = readYaml(source, name, EXAMPLE);
  const { content, problems } = contentOf(file, releaseSchema);
  const found = [...problems, ...relationProblems(file, environment)];
  if (content === undefined || found.length > 0) return refuseFile(found);
  const services = servicesOf(content, environment);
  // What is left is wrong with a service as a whole: it merges too much, say.
  const last = services.flatMap((service) =>
    checkUpgrade(service).problems.map((problem) => ({
      ...problem,
      where: file.where(['services', `${service.stack}/${service.service}`], { atKey: true }),
    })),
  );
  if (last.length > 0) return refuseFile(last);
  return {
    ...given({ name: content.name }),
    onFailure: content.onFailure ?? RELEASE_DEFAULTS.onFailure,
    parallelism: content.parallelism ?? RELEASE_DEFAULTS.parallelism,
    whenBusy: content.whenBusy ?? RELEASE_DEFAULTS.whenBusy,
    confirm: content.confirm ?? RELEASE_DEFAULTS.confirm,
    confirmWithinMillis: content.confirmWithin ?? RELEASE_DEFAULTS.confirmWithinMillis,
    gates: Object.entries(content.gates ?? {}).map(([name, gate]) =>
      releaseGateOf(name, gate, gate.environment ?? environment ?? content.environment ?? ''),
    ),
    services,
  };
}

function servicesOf(content: ReleaseContent, environment: string | undefined): ReleaseServiceInput[] {
  const entries = Object.entries(content.services).map(([path, service]) => {
    const [stack = '', name = ''] = path.split('/');
    const own = service.environment ?? environment ?? content.environment ?? '';
    return { path, service, target: { environment: own, stack, service: name } };
  });
  const keyOf = new Map(entries.map(({ path, target }) => [path, participantKey(target)]));
  return entries.map(({ service, target }) => ({
    ...target,
    ...given({ image: service.image, wave: service.wave }),
    sidekicks: service.sidekicks ?? {},
    variables: service.variables ?? {},
    labels: service.labels ?? {},
    redeploy: service.redeploy ?? false,
    overrides: overridesOf(service.policy),
    dependsOn: [...new Set(service.dependsOn)].flatMap((path) => keyOf.get(path) ?? []),
  }));
}

function overridesOf(policy: ServiceContent['policy']): NonNullable<ReleaseServiceInput['overrides']> {
  return given({
    onPending: policy?.onPending,
    batchSize: policy?.batchSize,
    batchIntervalMillis: policy?.batchInterval,
    startFirst: policy?.startFirst,
    timeoutMillis: policy?.timeout,
    soakMillis: policy?.soak,
  });
}
