import { packageVersion } from '../package-version';
import type { Command } from '../command';

/** `drover version`. */
export const version: Command = {
  name: 'version',
  usage: '',
  description: ['Prints the version of Drover.'],
  options: [],
  examples: [['version', '']],
  success: 'told',
  verdicts: ['succeeded'],
  run(args, io) {
    const text = packageVersion();
    io.out.write(
      args.flags.has('json')
        ? `${JSON.stringify({ type: 'version', version: text, node: process.version })}\n`
        : `drover ${text}\n`,
    );
    return Promise.resolve(0);
  },
};
