import { InvalidInputError } from '../errors/invalid-input-error';
import type { Problem } from '../errors/invalid-input-error';
import { nameProblems } from '../input/check-names';
import type { Environment } from '../input/ci-build';
import { shown, shownPlace } from '../input/shown';
import type { Target } from '../input/upgrade-input';
import type { ParsedArguments } from './option-spec';

/** The variables that deployment scripts for Rancher already use. */
const FALLBACKS = {
  environment: ['RANCHER_ENVIRONMENT', 'RANCHER_ENV_ID'],
  stack: ['RANCHER_STACK', 'RANCHER_STACK_NAME'],
  service: ['RANCHER_SERVICE', 'RANCHER_SERVICE_NAME'],
} as const;

/** Whether anything on the command line or in the environment names a target. */
export function namesATarget(args: ParsedArguments): boolean {
  return args.positionals.length > 0 || ['environment', 'stack', 'service'].some((name) => args.values.has(name));
}

/**
 * The service that a command is about: `ENVIRONMENT STACK/SERVICE`, or by options, or by the environment variables that people
 * already have. What is on the command line wins.
 *
 * @throws InvalidInputError naming what is missing, and all the ways to give it
 */
export function targetOf(args: ParsedArguments, env: Environment): Target {
  const problems: Problem[] = [];
  const given = {
    environment: option(args, 'environment'),
    stack: option(args, 'stack'),
    service: option(args, 'service'),
  };
  const [paths, others] = partition(args.positionals, (text) => text.includes('/'));
  const [environment, ...surplus] = others;
  const [path, ...morePaths] = paths;
  // Meant as the service, it is the one thing that is wrong.
  const unslashed = path === undefined && given.service === undefined ? surplus : [];
  problems.push(...unslashedProblems(unslashed));
  for (const text of [...(unslashed.length > 0 ? [] : surplus), ...morePaths]) {
    problems.push({
      where: shownPlace(text),
      text: 'one argument too many',
      fix: 'the arguments are ENVIRONMENT STACK/SERVICE, such as: prod storefront/web',
    });
  }
  const slash = (given.service ?? path)?.split('/') ?? [];
  if (slash.length > 2) {
    problems.push({
      where: path === undefined ? '--service' : shownPlace(path),
      text: 'it has more than one slash',
      fix: 'write STACK/SERVICE, such as storefront/web',
    });
  }
  const fromEnv = (key: keyof typeof FALLBACKS): string | undefined =>
    FALLBACKS[key].map((name) => env[name]).find((value) => value !== undefined && value !== '');
  const envService = (fromEnv('service') ?? '').split('/');
  const target = {
    environment: given.environment ?? environment ?? fromEnv('environment') ?? '',
    stack:
      given.stack ??
      (slash.length > 1 ? slash[0] : undefined) ??
      (envService.length > 1 ? envService[0] : undefined) ??
      fromEnv('stack') ??
      '',
    service: slash.at(-1) ?? envService.at(-1) ?? '',
  };
  if (given.environment !== undefined && environment !== undefined && given.environment !== environment) {
    problems.push({
      where: '--environment',
      text: 'the first argument names another environment',
      fix: 'give it once',
    });
  }
  if (given.service !== undefined && path !== undefined && path !== given.service) {
    problems.push({ where: '--service', text: `the argument ${shown(path)} names a service too`, fix: 'give it once' });
  }
  for (const key of ['environment', 'stack', 'service'] as const) {
    if (target[key] === '') problems.push(...(key !== 'environment' && unslashed.length > 0 ? [] : [missing(key)]));
    else problems.push(...nameProblems(key, key.toUpperCase(), target[key]));
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return target;
}

/**
 * The environment that a command is about: `ENVIRONMENT`, or by an option, or by the environment variables that people already have.
 *
 * @throws InvalidInputError naming what is missing
 */
export function environmentOf(args: ParsedArguments, env: Environment): string {
  const problems: Problem[] = [];
  const [argument, ...surplus] = args.positionals;
  const given = option(args, 'environment');
  const both = given !== undefined && argument !== undefined && given !== argument;
  if (both)
    problems.push({ where: '--environment', text: 'the argument names another environment', fix: 'give it once' });
  for (const where of surplus)
    problems.push({ where, text: 'one argument too many', fix: 'the argument is ENVIRONMENT, such as: prod' });
  const fromEnv = FALLBACKS.environment.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  const environment = given ?? argument ?? fromEnv;
  if (environment === undefined)
    problems.push({
      where: 'ENVIRONMENT',
      text: 'no environment is named',
      fix: `write ENVIRONMENT (the alias in the worker's drover.yaml) as an argument, or set ${FALLBACKS.environment[0]}`,
    });
  else problems.push(...nameProblems('environment', 'ENVIRONMENT', environment));
  if (problems.length > 0 || environment === undefined) throw new InvalidInputError(problems);
  return environment;
}

/** The value of an option that is given at most once. */
export function option(args: ParsedArguments, name: string): string | undefined {
  return args.values.get(name)?.[0];
}

/** Words in the place of STACK/SERVICE, with no slash in any of them. */
function unslashedProblems([first, second]: readonly string[]): Problem[] {
  if (first === undefined) return [];
  return [
    {
      where: shownPlace(first),
      text: second === undefined ? 'it has no slash, so it names no service' : 'stack and service are one argument',
      fix: 'write STACK/SERVICE, such as storefront/web',
    },
  ];
}

function missing(key: keyof typeof FALLBACKS): Problem {
  const argument = key === 'environment' ? "ENVIRONMENT (the alias in the worker's drover.yaml)" : 'STACK/SERVICE';
  return {
    where: key.toUpperCase(),
    text: `no ${key} is named`,
    fix: `write ${argument} as an argument, or --${key} NAME, or set ${FALLBACKS[key][0]}: drover … prod storefront/web`,
  };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
