import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { shownPlace } from '../../input/shown';
import { unknownPipeline } from '../../refusals';
import { columnsOf } from '../../render/columns-of';
import type { Command } from '../command';
import { followToEnd } from '../follow-pipeline-command';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { readDuration } from '../read-upgrade';
import { PipelineRenderer, pipelinesText, pipelineText } from '../show-pipeline';

/** How many are listed. */
const LIMIT = 20;

/** `drover pipelines`. */
export const pipelines: Command = {
  name: 'pipelines',
  usage: '[PIPELINE [--watch]]',
  description: [
    'Shows where a pipeline (or a promotion) and each of its stages is, or how it ended; without one, those that run, then',
    "the last that ended. Without --watch the exit code says whether there was an answer; with it, it is the verdict's.",
  ],
  options: [
    { name: 'watch', kind: 'flag', help: 'follow it to the verdict' },
    { name: 'running', kind: 'flag', help: 'list only those that run' },
    { name: 'follow-timeout', kind: 'one', value: 'DURATION', help: 'the longest this command watches; default 24h' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['pipelines', ''],
    ['pipelines p0123456789ab', 'where it is, and what it waits for'],
    ['pipelines p0123456789ab --watch', 'as "drover pipeline" shows it'],
  ],
  success: 'there is an answer; with --watch, it ended well',
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
    const [pipelineId, surplus] = args.positionals;
    if (surplus !== undefined)
      problems.push({ where: shownPlace(surplus), text: 'one argument too many', fix: 'name one pipeline' });
    if (args.flags.has('watch') && pipelineId === undefined)
      problems.push({ where: '--watch', text: 'no pipeline is named', fix: 'write drover pipelines PIPELINE --watch' });
    if (problems.length > 0) throw new InvalidInputError(problems);
    const json = args.flags.has('json');
    return withClient(args, io, async ({ promotions }) => {
      if (pipelineId === undefined) {
        io.out.write(pipelinesText(await promotions.list(LIMIT, args.flags.has('running')), json, columnsOf(io.out)));
        return 0;
      }
      const handle = await promotions.get(pipelineId);
      if (handle === null) throw unknownPipeline(pipelineId);
      if (!args.flags.has('watch')) {
        io.out.write(pipelineText(handle.summary, await handle.progress(), json, Date.now()));
        return 0;
      }
      const renderer = new PipelineRenderer((text) => void io.out.write(text), json, handle.id);
      renderer.begin(handle);
      return followToEnd(handle, renderer, io, limitMillis);
    });
  },
};
