import { targetText } from '../../../decision/target-text';
import type { Command } from '../command';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { queueText } from '../show-queue';
import { targetOf } from '../target';

/** `drover queue`. */
export const queue: Command = {
  name: 'queue',
  usage: 'ENVIRONMENT STACK/SERVICE',
  description: [
    'Shows who deploys a service, and the requests that wait for their turn (drover upgrade --when-busy queue), the next',
    'one first. A request is taken out of the queue with "drover cancel … --request ID". It changes nothing.',
  ],
  options: [...TARGET_OPTIONS, ...TEMPORAL_OPTIONS],
  examples: [
    ['queue prod storefront/web', 'who has it, and who waits'],
    ['queue prod storefront/web --json', ''],
  ],
  success: 'looked, whether anybody waits or not',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const target = targetOf(args, io.env);
    return withClient(args, io, async (client) => {
      const view = await client.queue(target);
      io.out.write(queueText(targetText(target), view, Date.now(), args.flags.has('json')));
      return 0;
    });
  },
};
