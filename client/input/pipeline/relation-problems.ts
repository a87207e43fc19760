import { MOST_ENVIRONMENTS, MOST_STAGES } from '../../../decision/pipeline';
import type { Problem } from '../../errors/invalid-input-error';
import { shown } from '../shown';
import { mappingOf, textsOf } from '../yaml/given';
import type { YamlText } from '../yaml/read-yaml';

/** A stage as the file has it, as far as it has the right form. */
interface RawStage {
  readonly index: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly environments: ReturnType<typeof textsOf>;
}

/**
 * What is wrong between the parts of a pipeline. Read from the plain value, so that it is told together with what is wrong within them;
 * what has not the right form is passed over.
 */
export function relationProblems(file: YamlText): Problem[] {
  const content = mappingOf(file.value);
  const list: readonly unknown[] = Array.isArray(content['stages']) ? content['stages'] : [];
  const stages = list.map((stage, index): RawStage => {
    const fields = mappingOf(stage);
    return { index, fields, environments: textsOf(fields['environments']) };
  });
  if (stages.length > MOST_STAGES) {
    const text = `stages: ${stages.length} are more than one pipeline may have`;
    return [{ where: file.where(['stages']), text, fix: `make pipelines of at most ${MOST_STAGES} stages` }];
  }
  return [
    ...twice(file, 'services', textsOf(content['services']), (index) => ['services', index]),
    ...twice(file, 'stages', namesOf(stages), (index) => ['stages', index, 'name']),
    ...stages.flatMap((stage) => ofOrder(file, stage)),
    ...ofEnvironments(file, stages),
    ...ofSources(file, stages),
  ];
}

type Path = readonly PropertyKey[];

function namesOf(stages: readonly RawStage[]): { text: string; index: number }[] {
  return stages.flatMap(({ index, fields }) =>
    typeof fields['name'] === 'string' ? [{ text: fields['name'], index }] : [],
  );
}

function twice(
  file: YamlText,
  key: string,
  names: readonly { readonly text: string; readonly index: number }[],
  pathOf: (index: number) => Path,
): Problem[] {
  const seen = new Set<string>();
  return names.flatMap(({ text, index }) => {
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ where: file.where(pathOf(index)), text: `${key}: ${shown(text)} is named twice`, fix: 'name it once' }];
  });
}

/** What is wrong with the way in which the environments of a stage follow each other. */
function ofOrder(file: YamlText, { index, fields, environments }: RawStage): Problem[] {
  const at = (key: string): string => file.where(['stages', index, key], { atKey: true });
  const problems: Problem[] = [];
  if (environments.length > MOST_ENVIRONMENTS)
    problems.push({
      where: at('environments'),
      text: `stages.${index}.environments: ${environments.length} are more than one stage may have`,
      fix: `make stages of at most ${MOST_ENVIRONMENTS} environments`,
    });
  if (fields['canary'] !== true) return problems;
  if (fields['parallel'] !== undefined)
    problems.push({
      where: at('parallel'),
      text: `stages.${index}.parallel: with canary the first environment goes alone, and the others in parallel`,
      fix: 'take one of the two out',
    });
  if (Array.isArray(fields['environments']) ? environments.length === 1 : environments.length > 0)
    problems.push({
      where: at('canary'),
      text: `stages.${index}.canary: there is only one environment in this stage`,
      fix: 'name the others in environments, or take canary out',
    });
  return problems;
}

/** Each environment is released to once. */
function ofEnvironments(file: YamlText, stages: readonly RawStage[]): Problem[] {
  const stageOf = new Map<string, number>();
  return stages.flatMap(({ index, environments }) =>
    environments.flatMap(({ text, index: item }) => {
      const before = stageOf.get(text);
      stageOf.set(text, before ?? index);
      if (before === undefined) return [];
      const which = before === index ? 'in this stage twice' : `in stages.${before} too`;
      return [
        {
          where: file.where(['stages', index, 'environments', item]),
          text: `stages.${index}.environments: ${shown(text)} is ${which}`,
          fix: 'name each environment once in a pipeline',
        },
      ];
    }),
  );
}

/** What is promoted must be there before. */
function ofSources(file: YamlText, stages: readonly RawStage[]): Problem[] {
  return stages.flatMap(({ index, fields, environments }): Problem[] => {
    const from = fields['from'];
    if (from === undefined) {
      if (index > 0) return [];
      const text = 'stages.0.from: the first stage must say whose images it releases';
      return [{ where: file.where(['stages', 0]), text, fix: 'add from: and the environment, such as from: dev' }];
    }
    if (typeof from !== 'string') return [];
    const where = file.where(['stages', index, 'from']);
    if (environments.some(({ text }) => text === from))
      return [
        {
          where,
          text: `stages.${index}.from: ${shown(from)} is released to in this very stage`,
          fix: 'name the environment in which the images are verified before',
        },
      ];
    const later = stages.find((stage) => stage.index > index && stage.environments.some(({ text }) => text === from));
    if (later === undefined) return [];
    return [
      {
        where,
        text: `stages.${index}.from: ${shown(from)} is released to only later, in stages.${later.index}`,
        fix: 'name an environment of an earlier stage, or one outside of the pipeline',
      },
    ];
  });
}
