import { plain } from './details';
import type { PipelineProgress, Said, StageProgress } from './pipeline-contract';
import { timestamp } from './timestamp';

/** Lines of the logbook that the details show. */
const EVENTS = 15;

/** The current details of a pipeline in Temporal Web, as Markdown: where each stage is, what it waits for, how to step in. */
export function pipelineDetails(progress: PipelineProgress): string {
  const { result, stages, events, images, pipelineId, stack, name } = progress;
  const asking = stages.find(({ state }) => state === 'approval');
  return [
    result === null ? `**${plain(name)}** of ${plain(stack)}` : `**${result.verdict}**: ${plain(result.reason)}`,
    '',
    ...(images.length === 0 ? [] : [`Promotes ${plain(images.join(', '))}`, '']),
    ...stages.map(stageLine),
    '',
    ...(asking === undefined
      ? []
      : [`To say yes: \`drover approve ${pipelineId}\`; to say no: \`drover reject ${pipelineId}\``, '']),
    ...events
      .slice(-EVENTS)
      .map(({ at, stage, text }) => `- ${timestamp(at)} ${stage === '' ? '' : `${plain(stage)}: `}${plain(text)}`),
  ].join('\n');
}

function stageLine({ name, state, waitsFor, environments, rejectedBy, brokenGlass }: StageProgress): string {
  const where = environments
    .map(({ environment, verdict }) => `${environment}${verdict === null ? '' : ` (${verdict})`}`)
    .join(', ');
  const said = (what: string, one: Said | null): string =>
    one === null
      ? ''
      : `; ${what} by ${plain(one.by)} at ${timestamp(one.at)}${one.why === null ? '' : `: ${plain(one.why)}`}`;
  return `- **${state}** ${plain(name)}: ${plain(where)}${waitsFor === null ? '' : `; ${plain(waitsFor)}`}${said('rejected', rejectedBy)}${said('**the glass broken**', brokenGlass)}`;
}
