import type { Command } from '../command';
import { noArguments } from '../no-arguments';

/** `drover demo`. */
export const demo: Command = {
  name: 'demo',
  usage: '[--keep]',
  description: [
    'Shows Drover at work, in about a minute, on this machine alone: a Temporal server, a simulated Rancher, a worker, and the',
    'real client, each a process of its own. Four deployments: one that succeeds; one that meets an unfinished upgrade of somebody',
    'else; one whose containers never get healthy; one that is cancelled on the way. Each verdict is held against what must come.',
    '',
    'With TEMPORAL_ADDRESS it uses that server, under an environment of its own (demo-…). It ends everything that it started.',
  ],
  options: [
    {
      name: 'keep',
      kind: 'flag',
      help: 'leave it running afterwards, to look around and to try things; Ctrl-C ends it',
    },
  ],
  examples: [
    ['demo', ''],
    ['demo --keep', ''],
  ],
  success: 'every deployment ended as it must',
  verdicts: ['succeeded', 'failed', 'unreachable'],
  async run(args, io) {
    noArguments('demo', args);
    const { runDemo } = await import('../../demo/run-demo.js');
    return runDemo({ keep: args.flags.has('keep'), io });
  },
};
