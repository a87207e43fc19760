import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { unknownDeployment } from '../../refusals';
import { columnsOf } from '../../render/columns-of';
import { chosenDeployment, REQUEST_OPTION } from '../chosen-deployment';
import type { Command } from '../command';
import { LOCAL_OPTIONS } from '../local/local-options';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { readCount } from '../read-list-filters';
import { historyText, logbookText } from '../show-history';
import { targetOf } from '../target';

/** `drover history`. */
export const history: Command = {
  name: 'history',
  usage: 'ENVIRONMENT STACK/SERVICE [--request ID] [--last N]',
  description: [
    'Lists the deployments of a service, the newest first, as far back as the namespace of Temporal keeps them. With --request,',
    'shows one of them with its whole logbook.',
    '',
    'A deployment keeps the last hundred lines of its logbook itself. What happened before them, and all of it where no worker',
    "answers, is told from the deployment's history in Temporal: who asked, who stepped in, what was sent to Rancher and the answers,",
    'the phases. It says so where that is the case.',
  ],
  options: [
    REQUEST_OPTION,
    { name: 'last', kind: 'one', value: 'N', help: 'at most so many deployments; default 20' },
    ...TARGET_OPTIONS,
    ...LOCAL_OPTIONS,
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['history prod storefront/web', 'what was deployed there, when, by whom, and how it ended'],
    ['history prod storefront/web --request gitlab/481', 'everything that happened to one of them'],
    ['history prod storefront/web --last 1 --json', ''],
  ],
  success: 'there is an answer',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const problems: Problem[] = [];
    const limit = readCount(args, 'last', problems);
    if (limit !== undefined && args.values.has('request'))
      problems.push({ where: '--last', text: 'it does not go with --request', fix: 'leave one of them out' });
    if (problems.length > 0) throw new InvalidInputError(problems);
    const target = targetOf(args, io.env);
    const how = { json: args.flags.has('json'), columns: columnsOf(io.out) };
    return withClient(
      args,
      io,
      async (client) => {
        if (args.values.has('request')) {
          const handle = await chosenDeployment(client, target, args);
          io.out.write(logbookText(await handle.story(), how));
          return 0;
        }
        const found = await client.history(target, limit === undefined ? {} : { limit });
        if (found.length === 0) throw unknownDeployment(target);
        io.out.write(historyText(found, how, Date.now()));
        return 0;
      },
      { command: 'history', worker: null, joins: true },
    );
  },
};
