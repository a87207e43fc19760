import type { Command } from '../command';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { orphansText } from '../show-orphans';
import { environmentOf } from '../target';

/** `drover orphans`. */
export const orphans: Command = {
  name: 'orphans',
  usage: 'ENVIRONMENT',
  description: [
    'Finds the services of an environment that are left half upgraded by a deployment that is over: their pending upgrade ("upgrading",',
    '"upgraded" or "canceled-upgrade") carries the label of a deployment whose workflow was terminated by hand, that ended as',
    '"needs-attention" or "interfered", or of which Temporal knows nothing any more. For each it offers the commands that finish it or',
    'go back, and the page in Rancher. It changes nothing.',
    '',
    "A pending upgrade on which a deployment runs is no orphan, nor is one without a label: that is somebody else's. Only a worker",
    'holds a key, so a worker of the environment reads it. --json prints a line for each orphan and one that counts; the exit code is 0',
    'whether there are any or not.',
  ],
  options: [
    {
      name: 'environment',
      kind: 'one',
      value: 'ALIAS',
      aliases: ['env'],
      help: 'instead of the argument; default RANCHER_ENVIRONMENT',
    },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['orphans prod', 'what was left behind, and what can be done'],
    ['orphans prod --json', ''],
  ],
  success: 'looked, whether there are orphans or not',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const environment = environmentOf(args, io.env);
    return withClient(args, io, async (client) => {
      io.out.write(orphansText(await client.orphans(environment), args.flags.has('json')));
      return 0;
    });
  },
};
