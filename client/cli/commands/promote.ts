import { STAGE_ORDERS } from '../../../decision/pipeline';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { nameProblems } from '../../input/check-names';
import type { PipelineInput } from '../../input/pipeline/pipeline-input';
import { shownPlace } from '../../input/shown';
import { buildPipeline } from '../../pipeline/build-pipeline';
import { summaryOfPipeline } from '../../summary/summary-of-pipeline';
import type { Command } from '../command';
import { runPipeline } from '../follow-pipeline-command';
import type { ParsedArguments } from '../option-spec';
import { readOnInterrupt } from '../on-interrupt';
import { PIPELINE_OPTIONS, readPipelineOptions } from '../pipeline-options';
import { readDuration } from '../read-upgrade';
import { readSummaryFiles, withSummaries } from '../summary-files';
import { option } from '../target';

/** `drover promote`. */
export const promote: Command = {
  name: 'promote',
  usage: '--from ENVIRONMENT --to ENVIRONMENT[,…] --stack NAME [--services NAME,…] [options]',
  description: [
    'Releases in one environment what a stack runs in another. Only what is proven to run there is taken, pinned to the',
    'images as they are now; what would change is shown first, and all of it is one transaction. Settings move only',
    'where --with-settings asks for it. It is a pipeline of one stage, and everything that can be done with one can be done with it.',
  ],
  options: [
    { name: 'from', kind: 'one', value: 'ALIAS', help: 'the environment whose images are taken' },
    { name: 'to', kind: 'one', value: 'ALIAS[,…]', help: 'where they are released; several one after the other' },
    {
      name: 'order',
      kind: 'one',
      value: 'ORDER',
      choices: STAGE_ORDERS,
      help: `how several follow each other: ${STAGE_ORDERS.join(', ')}; default sequence`,
    },
    { name: 'stack', kind: 'one', value: 'NAME', help: 'the stack, spelled as in Rancher, in both' },
    { name: 'services', kind: 'one', value: 'NAME,…', help: 'only these; default all that have an image' },
    { name: 'soak', kind: 'one', value: 'DURATION', help: 'how long it has to stay good after it; default 0s' },
    ...PIPELINE_OPTIONS,
  ],
  examples: [
    ['promote --from qa --to prod --stack storefront', ''],
    ['promote --from qa --to prod-dmz1,prod-dmz2 --order canary --stack storefront --services web,api', ''],
  ],
  success: 'the targets run what was promoted',
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
    const [from, to, stack] = ['from', 'to', 'stack'].map((name) => option(args, name) ?? '');
    const title = `${stack ?? ''} ${from ?? ''} → ${to ?? ''}`;
    const summary = summaryOfPipeline(title, Date.now());
    return withSummaries(files, summary, io, () => {
      const problems: Problem[] = [];
      const limitMillis = readDuration(args, 'follow-timeout', problems);
      const onInterrupt = readOnInterrupt(args, io.env, problems);
      const input = readPromotion(args, problems);
      if (problems.length > 0 || input === null) throw new InvalidInputError(problems);
      const built = buildPipeline(input, readPipelineOptions(args, io.env), io.env, new Date());
      return runPipeline(built, args, io, { limitMillis, onInterrupt, summary });
    });
  },
};

function readPromotion(args: ParsedArguments, problems: Problem[]): PipelineInput | null {
  const [from, to, stack] = [option(args, 'from'), option(args, 'to'), option(args, 'stack')];
  const [surplus] = args.positionals;
  if (surplus !== undefined)
    problems.push({
      where: shownPlace(surplus),
      text: '"drover promote" takes no arguments',
      fix: 'write --from, --to and --stack',
    });
  for (const [name, value] of Object.entries({ from, to, stack }))
    if (value === undefined || value.trim() === '')
      problems.push({
        where: `--${name}`,
        text: 'it is missing',
        fix: 'write drover promote --from qa --to prod --stack storefront',
      });
  const environments = list(to ?? '');
  const services = option(args, 'services');
  const names = services === undefined ? null : list(services);
  if (names?.length === 0) problems.push({ where: '--services', text: 'it names none', fix: 'leave it out for all' });
  for (const alias of [...(from === undefined ? [] : [from]), ...environments])
    problems.push(...nameProblems('environment', from === alias ? '--from' : '--to', alias));
  if (stack !== undefined) problems.push(...nameProblems('stack', '--stack', stack));
  for (const service of names ?? []) problems.push(...nameProblems('service', '--services', service));
  if (new Set(environments).size < environments.length)
    problems.push({ where: '--to', text: 'an environment is named twice', fix: 'name each once' });
  if (from !== undefined && environments.includes(from))
    problems.push({ where: '--to', text: 'it is promoted to where it comes from', fix: 'name another environment' });
  const order = option(args, 'order') ?? 'sequence';
  const known = STAGE_ORDERS.find((one) => one === order);
  if (known === undefined)
    problems.push({
      where: '--order',
      text: `it is not one of ${STAGE_ORDERS.join(', ')}`,
      fix: 'write --order canary',
    });
  const soakMillis = readDuration(args, 'soak', problems) ?? 0;
  if (from === undefined || stack === undefined || known === undefined || problems.length > 0) return null;
  const stage = {
    name: environments.join(' and '),
    from,
    environments,
    order: known,
    approvals: null,
    soakMillis,
    freeze: [],
  };
  return { name: `${from} → ${environments.join(', ')}`, stack, services: names, stages: [stage] };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
