import type { Command } from '../command';
import { noArguments } from '../no-arguments';

/** `drover demo`. */
export const demo: Command = {
  name: 'demo',
  usage: '[--release] [--keep]',
  description: [
    'Shows Drover at work, in about a minute, on this machine alone: a Temporal server, a simulated Rancher, a worker, and the',
    'real client, each a process of its own. Four deployments: one that succeeds; one that meets an unfinished upgrade of somebody',
    'else; one whose containers never get healthy; one that is cancelled on the way. Each verdict is held against what must come.',
    '',
    'With --release, in two minutes or so: a release of several services that succeeds, one that goes back as a whole, and a',
    'pipeline through five environments, with a freeze, approvals, a canary, a hold, and a broken glass.',
    '',
    'With TEMPORAL_ADDRESS it uses that server, under environments of its own (demo-…). It ends everything that it started.',
  ],
  options: [
    { name: 'release', kind: 'flag', help: 'releases, promotions and pipelines instead of single deployments' },
    {
      name: 'keep',
      kind: 'flag',
      help: 'leave it running afterwards, to look around and to try things; Ctrl-C ends it',
    },
  ],
  examples: [
    ['demo', ''],
    ['demo --release', ''],
    ['demo --keep', ''],
  ],
  success: 'all ended as it must',
  verdicts: ['succeeded', 'failed', 'unreachable'],
  async run(args, io) {
    noArguments('demo', args);
    const keep = args.flags.has('keep');
    if (args.flags.has('release')) {
      const { runReleaseDemo } = await import('../../demo/release/run-release-demo.js');
      return runReleaseDemo({ keep, io });
    }
    const { runDemo } = await import('../../demo/run-demo.js');
    return runDemo({ keep, io });
  },
};
