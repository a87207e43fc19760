import { InvalidInputError } from '../../errors/invalid-input-error';
import { defaultSender, oneLine } from '../../input/build-request';
import { shownPlace } from '../../input/shown';
import { clean, jsonLine } from '../../render/clean';
import type { Command } from '../command';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { holdsText } from '../show-pipeline';
import { option } from '../target';

/** `drover holds`. */
export const holds: Command = {
  name: 'holds',
  usage: '[--let-go HOLD --why TEXT]',
  description: [
    'Shows what must not be promoted somewhere, for it was rolled back there by a pipeline; with --let-go a person lets it',
    'be promoted again. A pipeline that waits for it goes on within a minute.',
  ],
  options: [
    { name: 'let-go', kind: 'one', value: 'HOLD', help: 'the id of what may be promoted again' },
    { name: 'why', kind: 'one', value: 'TEXT', help: 'a reason, kept in the history' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['holds', ''],
    ['holds --let-go h0123456789ab --why "the database is migrated"', ''],
  ],
  success: 'there is an answer, or it is let go',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const [surplus] = args.positionals;
    if (surplus !== undefined)
      throw new InvalidInputError([
        { where: shownPlace(surplus), text: '"drover holds" takes no arguments', fix: 'write --let-go HOLD' },
      ]);
    const [id, why] = [option(args, 'let-go'), option(args, 'why')];
    const json = args.flags.has('json');
    return withClient(args, io, async ({ promotions }) => {
      if (id === undefined) {
        io.out.write(holdsText(await promotions.holds(), json));
        return 0;
      }
      const by = oneLine(defaultSender(io.env), 200);
      const hold = await promotions.letGo(id, { by, ...(why === undefined ? {} : { why: oneLine(why, 500) }) });
      if (json) io.out.write(jsonLine({ type: 'let-go', ...hold, exitCode: 0 }));
      else
        io.out.write(
          `${clean(`${hold.images.join(', ')} may be promoted to ${hold.stack} in ${hold.environment} again`)}\n`,
        );
      return 0;
    });
  },
};
