import { InvalidInputError } from '../../errors/invalid-input-error';
import { defaultSender, oneLine } from '../../input/build-request';
import { clean, jsonLine } from '../../render/clean';
import type { Command } from '../command';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { option } from '../target';

/** `drover break-glass`. */
export const breakGlass: Command = {
  name: 'break-glass',
  usage: 'PIPELINE --why TEXT',
  description: [
    'Lets a pipeline go past freezes, approvals and holds of the stage at hand, in an emergency. Who did it, and why, is in',
    'the history for good. The gates of the services are kept all the same: what is not proven is not finished.',
  ],
  options: [{ name: 'why', kind: 'one', value: 'TEXT', help: 'the reason; it must be given' }, ...TEMPORAL_OPTIONS],
  examples: [['break-glass p0123456789ab --why "the shop is down: hotfix 4711"', '']],
  success: 'the pipeline acknowledged it',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const [pipelineId] = args.positionals;
    const why = option(args, 'why')?.trim() ?? '';
    const problems = [
      ...(pipelineId === undefined
        ? [{ where: 'PIPELINE', text: 'no pipeline is named', fix: 'see which run: drover pipelines --running' }]
        : []),
      ...(why === '' ? [{ where: '--why', text: 'the reason is missing', fix: 'write --why "the shop is down"' }] : []),
    ];
    if (problems.length > 0 || pipelineId === undefined) throw new InvalidInputError(problems);
    const by = oneLine(defaultSender(io.env), 200);
    return withClient(args, io, async ({ promotions }) => {
      const { phase, meaning } = await promotions.breakGlass(pipelineId, { by, why: oneLine(why, 500) });
      if (args.flags.has('json'))
        io.out.write(jsonLine({ type: 'break-glass', pipelineId, phase, meaning, exitCode: 0 }));
      else
        io.out.write(
          `${clean(`acknowledged (${phase}): ${meaning}`)}\n  Watch it: drover pipelines ${pipelineId} --watch\n`,
        );
      return 0;
    });
  },
};
