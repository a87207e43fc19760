import { MOST_SERVICES } from '../../../decision/release';
import { orderProblemText, releaseOrder, type OrderProblem, type Participant } from '../../../decision/release-order';
import { nearest } from '../../cli/nearest';
import type { Problem } from '../../errors/invalid-input-error';
import { shown, shownPlace } from '../shown';
import { mappingOf, textsOf } from '../yaml/given';
import type { YamlText } from '../yaml/read-yaml';

/** Each is looked up in the file, and compared with all services. */
const MOST_EXPLAINED = 50;

/**
 * What is wrong between the parts of a release. Read from the plain value, so that it is told together with what is wrong within them;
 * what has not the right form is passed over.
 */
export function relationProblems(file: YamlText, environment: string | undefined): Problem[] {
  const content = mappingOf(file.value);
  const services = mappingOf(content['services']);
  const paths = Object.keys(services);
  const atServices = file.where(['services'], { atKey: true });
  if (content['services'] === null || (content['services'] === services && paths.length === 0))
    return [{ where: atServices, text: 'services: there is none', fix: 'name one: storefront/web: example/web:2.4.1' }];
  if (paths.length > MOST_SERVICES) {
    const text = `services: ${paths.length} are more than one release may have`;
    return [{ where: atServices, text, fix: `make several releases of at most ${MOST_SERVICES} services` }];
  }
  return [
    ...withoutPurpose(file, content),
    ...withoutEnvironment(file, environment ?? content['environment'], 'services', services),
    ...withoutEnvironment(file, environment ?? content['environment'], 'gates', mappingOf(content['gates'])),
    ...withoutOrder(file, services),
  ];
}

function withoutPurpose(file: YamlText, content: Readonly<Record<string, unknown>>): Problem[] {
  if (!('confirmWithin' in content) || content['confirm'] === 'manual') return [];
  return [
    {
      where: file.where(['confirmWithin'], { atKey: true }),
      text: 'confirmWithin: nobody is asked to confirm this release',
      fix: 'add confirm: manual, or take confirmWithin out',
    },
  ];
}

function withoutEnvironment(
  file: YamlText,
  environment: unknown,
  what: 'services' | 'gates',
  all: Readonly<Record<string, unknown>>,
): Problem[] {
  if (environment !== undefined) return [];
  const without = Object.entries(all).filter(([, one]) => mappingOf(one)['environment'] === undefined);
  const [first] = without;
  if (first === undefined) return [];
  const others = without.length > 1 ? ` and ${without.length - 1} more` : '';
  return [
    {
      where: file.where([what, first[0]], { atKey: true }),
      text: `no environment is named for ${what === 'gates' ? 'the gate ' : ''}${shown(first[0])}${others}`,
      fix: `add environment: NAME at the top of the file (or with the ${what === 'gates' ? 'gate' : 'service'}), as drover.yaml calls it`,
    },
  ];
}

function withoutOrder(file: YamlText, services: Readonly<Record<string, unknown>>): Problem[] {
  const dependencies = new Map(
    Object.entries(services).map(([path, service]) => [path, textsOf(mappingOf(service)['dependsOn'])]),
  );
  const participants = Object.entries(services).map(([path, service]): Participant => {
    const wave = mappingOf(service)['wave'];
    return {
      key: path,
      dependsOn: (dependencies.get(path) ?? []).map(({ text }) => text),
      ...(typeof wave === 'number' ? { wave } : {}),
    };
  });
  const order = releaseOrder(participants);
  if (order.ok) return [];
  /** The place where one names another, or else `key` of it. */
  const placeOf = (path: string, dependency: string): string => {
    const index = dependencies.get(path)?.find(({ text }) => text === dependency)?.index ?? 0;
    return file.where(['services', path, 'dependsOn', index]);
  };
  const paths = Object.keys(services);
  return order.problems.slice(0, MOST_EXPLAINED).flatMap((problem) => explained(problem, paths, placeOf));
}

function explained(
  problem: OrderProblem,
  paths: readonly string[],
  placeOf: (path: string, dependency: string) => string,
): Problem[] {
  switch (problem.kind) {
    case 'unknown-dependency': {
      const near = nearest(problem.dependency, paths);
      return [
        {
          where: placeOf(problem.key, problem.dependency),
          text: `services.${shownPlace(problem.key)}.dependsOn: ${shown(problem.dependency)} is no service of this release`,
          fix: near === undefined ? 'write it as it stands under services:, STACK/SERVICE' : `did you mean ${near}?`,
        },
      ];
    }
    case 'cycle': {
      const [first = '', second = ''] = problem.path;
      return [
        {
          where: placeOf(first, second),
          text: orderProblemText({ ...problem, path: problem.path.map(shownPlace) }),
          fix: 'take out the dependency that is not one',
        },
      ];
    }
    case 'dependency-in-later-wave':
      return [
        {
          where: placeOf(problem.key, problem.dependency),
          text: orderProblemText({
            ...problem,
            key: shownPlace(problem.key),
            dependency: shownPlace(problem.dependency),
          }),
          fix: 'give the one that waits a later wave, or leave its wave out',
        },
      ];
    // The keys of a mapping are different ones, and a wave that is none is told where it stands.
    case 'duplicate-target':
    case 'bad-wave':
      return [];
    default:
      return problem satisfies never;
  }
}
