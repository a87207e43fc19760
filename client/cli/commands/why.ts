import { columnsOf } from '../../render/columns-of';
import { chosenDeployment, REQUEST_OPTION } from '../chosen-deployment';
import type { Command } from '../command';
import { LOCAL_OPTIONS } from '../local/local-options';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { whyText } from '../show-why';
import { targetOf } from '../target';

/** `drover why`. */
export const why: Command = {
  name: 'why',
  usage: 'ENVIRONMENT STACK/SERVICE [--request ID]',
  description: [
    "Explains the newest deployment of a service: the verdict or where it stands, the step that failed, Rancher's own words, the",
    "containers that did not come up (state, health, exit code), Rancher's log about the service, what was tried, and what to do now,",
    'with whole commands. What was wrong is read before anything is undone, so it is still told when the containers are gone. Needs',
    'no worker.',
  ],
  options: [REQUEST_OPTION, ...TARGET_OPTIONS, ...LOCAL_OPTIONS, ...TEMPORAL_OPTIONS],
  examples: [
    ['why prod storefront/web', ''],
    ['why prod storefront/web --request gitlab/481 --json', ''],
  ],
  success: 'there is an answer, however the deployment ended',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const target = targetOf(args, io.env);
    return withClient(
      args,
      io,
      async (client, local) => {
        const story = await (await chosenDeployment(client, target, args)).story();
        io.out.write(whyText(story, { json: args.flags.has('json'), columns: columnsOf(io.out) }, local?.told(target)));
        return 0;
      },
      { command: 'why', worker: null, joins: true },
    );
  },
};
