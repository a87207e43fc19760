import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { unknownDeployment } from '../../refusals';
import { columnsOf } from '../../render/columns-of';
import type { Command } from '../command';
import { followDeployment, rendererFor } from '../follow-deployment';
import { LOCAL_OPTIONS } from '../local/local-options';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { readDuration } from '../read-upgrade';
import { listText } from '../show-list';
import { showStatus } from '../show-status';
import { namesATarget, targetOf } from '../target';

/** `drover status`. */
export const status: Command = {
  name: 'status',
  usage: '[ENVIRONMENT STACK/SERVICE] [--watch]',
  description: [
    'Shows where the newest deployment of a service is, or how it ended; without a service, the deployments that run now.',
    "Without --watch the exit code says whether there was an answer; with it, it is the verdict's.",
  ],
  options: [
    { name: 'watch', kind: 'flag', help: 'follow it to the verdict' },
    { name: 'follow-timeout', kind: 'one', value: 'DURATION', help: 'the longest this command watches; default 24h' },
    ...TARGET_OPTIONS,
    ...LOCAL_OPTIONS,
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['status', 'what runs now, everywhere'],
    ['status prod storefront/web', ''],
    ['status prod storefront/web --watch', 'as "drover upgrade" shows it'],
    ['status prod storefront/web --json', ''],
  ],
  success: 'there is an answer; with --watch, the deployment ended well',
  verdicts: [
    'succeeded',
    'failed',
    'invalid',
    'rolled-back',
    'needs-attention',
    'detached',
    'cancelled',
    'refused',
    'unreachable',
    'interfered',
  ],
  async run(args, io) {
    const problems: Problem[] = [];
    const limitMillis = readDuration(args, 'follow-timeout', problems);
    if (problems.length > 0) throw new InvalidInputError(problems);
    if (!namesATarget(args) && !args.flags.has('watch')) {
      return withClient(
        args,
        io,
        async (client) => {
          const running = await client.list({ running: true, limit: 100 });
          const how = { json: args.flags.has('json'), columns: columnsOf(io.out), now: Date.now() };
          io.out.write(listText(running, { ...how, none: 'No deployment runs now.' }));
          return 0;
        },
        { command: 'status', worker: null, joins: true },
      );
    }
    const target = targetOf(args, io.env);
    const watch = args.flags.has('watch');
    return withClient(
      args,
      io,
      async (client, local) => {
        const handle = await client.get(target.environment, target.stack, target.service);
        if (handle === null) throw unknownDeployment(target);
        if (watch) {
          const options = { watchOn: true, ...(limitMillis === undefined ? {} : { limitMillis }) };
          if (local !== null) return local.follow(handle, rendererFor(args, io), options);
          return followDeployment(handle, rendererFor(args, io), io, options);
        }
        await showStatus(handle, args.flags.has('json'), io, local?.told(target));
        return 0;
      },
      { command: 'status', worker: watch ? target : null, joins: true },
    );
  },
};
