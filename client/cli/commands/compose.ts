import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { nameProblems } from '../../input/check-names';
import { shownPlace } from '../../input/shown';
import { cleanLines, jsonLine } from '../../render/clean';
import type { Command } from '../command';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { option } from '../target';

/** `drover compose`. */
export const compose: Command = {
  name: 'compose',
  usage: 'ENVIRONMENT STACK [--services NAME,…]',
  description: [
    'Shows a stack as the two compose files that Rancher writes of it: what a promotion with --create-missing would copy. Each setting',
    "is there by its name; the values of variables, of labels that are not Rancher's, of commands and of whatever else may hold a",
    'secret are left out by the worker, which alone reads them. It changes nothing.',
  ],
  options: [
    { name: 'services', kind: 'one', value: 'NAME,…', help: 'only these; default all of the stack' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['compose qa storefront', ''],
    ['compose qa storefront --services web --json', ''],
  ],
  success: 'it is shown',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const problems: Problem[] = [];
    const [environment = '', stack = '', surplus] = args.positionals;
    if (surplus !== undefined)
      problems.push({ where: shownPlace(surplus), text: 'one argument too many', fix: 'name one stack' });
    problems.push(...nameProblems('environment', 'ENVIRONMENT', environment), ...nameProblems('stack', 'STACK', stack));
    const services = option(args, 'services')
      ?.split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    for (const service of services ?? []) problems.push(...nameProblems('service', '--services', service));
    if (services?.length === 0)
      problems.push({ where: '--services', text: 'it names none', fix: 'leave it out for all' });
    if (problems.length > 0) throw new InvalidInputError(problems);
    return withClient(args, io, async (client) => {
      const asked = { environment, stack, ...(services === undefined ? {} : { services }) };
      const { dockerCompose, rancherCompose } = await client.showConfig(asked);
      if (args.flags.has('json'))
        io.out.write(jsonLine({ type: 'compose', environment, stack, dockerCompose, rancherCompose, exitCode: 0 }));
      else
        for (const [name, text] of Object.entries({
          'docker-compose.yml': dockerCompose,
          'rancher-compose.yml': rancherCompose,
        }))
          io.out.write([`# ${name}`, cleanLines(text.trimEnd()), '', ''].join('\n'));
      return 0;
    });
  },
};
