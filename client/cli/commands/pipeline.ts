import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { readPipelineFile } from '../../input/pipeline/pipeline-file';
import { shownPlace } from '../../input/shown';
import { buildPipeline } from '../../pipeline/build-pipeline';
import { summaryOfPipeline } from '../../summary/summary-of-pipeline';
import type { Command } from '../command';
import { runPipeline } from '../follow-pipeline-command';
import { readOnInterrupt } from '../on-interrupt';
import { PIPELINE_OPTIONS, readPipelineOptions } from '../pipeline-options';
import { readDuration } from '../read-upgrade';
import { readSummaryFiles, titleOf, withSummaries } from '../summary-files';
import { option } from '../target';

/** `drover pipeline`. */
export const pipeline: Command = {
  name: 'pipeline',
  usage: '-f pipeline.yaml [options]',
  description: [
    'Takes what a stack runs in one environment through others, stage by stage: what is proven to run is pinned; each stage',
    'asks for its approvals, keeps out of its freezes, releases its environments as one transaction each, and has to stay',
    'good for its soak. A Temporal workflow does it: killing this command changes nothing, and the same command again',
    'attaches to it.',
  ],
  options: [
    { name: 'file', kind: 'one', value: 'FILE', aliases: ['f'], help: 'the pipeline: its stack and its stages' },
    ...PIPELINE_OPTIONS,
  ],
  examples: [
    ['pipeline -f pipeline.yaml', ''],
    ['pipeline -f pipeline.yaml --detach', 'start it; drover pipelines shows where it is'],
    ['pipeline -f pipeline.yaml --break-glass "the shop is down: hotfix"', 'past freezes, approvals and holds'],
  ],
  success: 'all stages passed',
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
    const files = readSummaryFiles(args, io.env);
    const summary = summaryOfPipeline(titleOf(args, 'pipeline'), Date.now());
    return withSummaries(files, summary, io, () => {
      const problems: Problem[] = [];
      const limitMillis = readDuration(args, 'follow-timeout', problems);
      const onInterrupt = readOnInterrupt(args, io.env, problems);
      const file = option(args, 'file');
      const [surplus] = args.positionals;
      if (surplus !== undefined)
        problems.push({
          where: shownPlace(surplus),
          text: '"drover pipeline" takes no arguments',
          fix: 'name the file: -f pipeline.yaml',
        });
      if (file === undefined)
        problems.push({ where: '--file', text: 'no pipeline is named', fix: 'write drover pipeline -f pipeline.yaml' });
      if (problems.length > 0 || file === undefined) throw new InvalidInputError(problems);
      const built = buildPipeline(
        readPipelineFile(file, Date.now()),
        readPipelineOptions(args, io.env),
        io.env,
        new Date(),
      );
      return runPipeline(built, args, io, { limitMillis, onInterrupt, summary });
    });
  },
};
