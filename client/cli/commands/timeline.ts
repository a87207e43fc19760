import { columnsOf } from '../../render/columns-of';
import { chosenDeployment, REQUEST_OPTION } from '../chosen-deployment';
import type { Command } from '../command';
import { LOCAL_OPTIONS } from '../local/local-options';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { timelineText } from '../show-timeline';
import { targetOf } from '../target';

/** `drover timeline`. */
export const timeline: Command = {
  name: 'timeline',
  usage: 'ENVIRONMENT STACK/SERVICE [--request ID]',
  description: [
    'Shows where the time of a deployment went, phase by phase: bars on a terminal, a table elsewhere (and with TERM=dumb). Of one',
    'that runs, up to now. It is read from the history in Temporal; no worker has to answer.',
  ],
  options: [REQUEST_OPTION, ...TARGET_OPTIONS, ...LOCAL_OPTIONS, ...TEMPORAL_OPTIONS],
  examples: [
    ['timeline prod storefront/web', ''],
    ['timeline prod storefront/web --request gitlab/481 --json', ''],
  ],
  success: 'there is an answer',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const target = targetOf(args, io.env);
    return withClient(
      args,
      io,
      async (client) => {
        const story = await (await chosenDeployment(client, target, args)).story();
        const columns = columnsOf(io.out);
        const bars = columns !== undefined && io.env['TERM'] !== 'dumb';
        io.out.write(timelineText(story, { json: args.flags.has('json'), columns, bars }));
        return 0;
      },
      { command: 'timeline', worker: null, joins: true },
    );
  },
};
