import { FREEZE_HORIZON_MILLIS, frozenUntil } from '../../../decision/freeze';
import { STAGE_DEFAULTS, type PipelineStage, type StageOrder } from '../../../decision/pipeline';
import { contentOf, textOfFile } from '../yaml/input-file';
import { readYaml } from '../yaml/read-yaml';
import { refuseFile } from '../yaml/refuse-file';
import type { PipelineInput } from './pipeline-input';
import { relationProblems } from './relation-problems';
import { pipelineSchema, type PipelineContent } from './pipeline-schema';

const EXAMPLE = 'name: shop, stack: shop, stages: [{ name: qa, from: dev, environments: [qa] }]';

/**
 * Reads `pipeline.yaml`.
 *
 * @param now milliseconds since the epoch: freezes that never end are looked for from here on
 * @throws InvalidInputError with everything that is wrong, each with file, line and column
 */
export function readPipelineFile(path: string, now: number): PipelineInput {
  return parsePipeline(textOfFile(path, 'the pipeline'), path, now);
}

/**
 * The same for a text.
 *
 * @param name how messages call the file
 * @throws InvalidInputError as {@link readPipelineFile}
 */
export function parsePipeline(source: string, name: string, now: number): PipelineInput {
  const file = readYaml(source, name, EXAMPLE);
  const { content, problems } = contentOf(file, pipelineSchema);
  const found = [...problems, ...relationProblems(file)];
  if (content === undefined || found.length > 0) return refuseFile(found);
  const input = inputOf(content);
  const closed = input.stages.flatMap(({ name: stage, freeze }, index) => {
    const until = frozenUntil(freeze, now)?.untilMillis ?? now;
    if (until < now + FREEZE_HORIZON_MILLIS) return [];
    const where = file.where(['stages', index, 'freeze'], { atKey: true });
    const text = `stages.${index}.freeze: ${stage} is frozen for the whole year to come, and nothing can be released in it`;
    return [{ where, text, fix: 'leave some time between the windows' }];
  });
  return closed.length > 0 ? refuseFile(closed) : input;
}

function inputOf({ name, stack, services, stages }: PipelineContent): PipelineInput {
  const made: PipelineStage[] = [];
  for (const stage of stages) {
    made.push({
      name: stage.name,
      from: stage.from ?? made.at(-1)?.environments[0] ?? '',
      environments: stage.environments,
      order: orderOf(stage),
      approvals: stage.approvals ?? null,
      soakMillis: stage.soak ?? STAGE_DEFAULTS.soakMillis,
      freeze: stage.freeze ?? [],
    });
  }
  return { name, stack, services: services ?? null, stages: made };
}

function orderOf({ canary = false, parallel = false }: PipelineContent['stages'][number]): StageOrder {
  if (canary) return 'canary';
  return parallel ? 'parallel' : 'sequence';
}
