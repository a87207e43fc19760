import { VERDICTS } from '../../../decision/verdict';
import type { Verdict } from '../../../decision/verdict';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { DroverClient } from '../../drover-client';
import { nameProblems } from '../../input/check-names';
import type { Problem } from '../../errors/invalid-input-error';
import { shown, shownPlace } from '../../input/shown';
import type { Command, Io } from '../command';
import { nearest } from '../nearest';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import type { ParsedArguments } from '../option-spec';
import { attentionText } from '../show-attention';
import { listText } from '../show-list';
import { option } from '../target';

/** `drover list`. */
export const list: Command = {
  name: 'list',
  usage: '[options]',
  description: [
    'Lists deployments: those that run, then the last that ended, as far back as the namespace of Temporal keeps them. Needs no worker.',
    'What has only just begun may be missing for a second.',
    '',
    'With --attention, everything that waits for a person, the most urgent first: deployments that are parked; those that ended as',
    '"needs-attention", until a newer deployment of their service begins; those that are upgraded and cannot be proven; and those',
    'that are held as they were asked to be. Each with the reason, since when, and the commands that make sense now. That is',
    'kept beside the workflow, so it is told while no worker runs. A workflow that somebody terminated is not among them: what such',
    'a one left behind is found by "drover orphans".',
  ],
  options: [
    { name: 'environment', kind: 'one', value: 'ALIAS', aliases: ['env'], help: 'only of this environment' },
    { name: 'stack', kind: 'one', value: 'NAME', help: 'only of this stack' },
    { name: 'service', kind: 'one', value: 'NAME', help: 'only of services of this name' },
    { name: 'verdict', kind: 'one', value: 'VERDICT', help: 'only those that ended so' },
    { name: 'running', kind: 'flag', help: 'only those that run now' },
    { name: 'attention', kind: 'flag', help: 'only what waits for a person: why, since when, and what to do' },
    { name: 'limit', kind: 'one', value: 'N', help: 'at most so many; default 20, with --attention 500' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['list --environment prod', ''],
    ['list --verdict rolled-back --limit 5', ''],
    ['list --running --json', ''],
    ['list --attention', 'what a person has to see to, everywhere'],
    ['list --attention --environment prod --json', 'for a pager: a line for each'],
  ],
  success: 'listed, also when there is nothing to list',
  verdicts: ['succeeded', 'invalid', 'unreachable'],
  async run(args, io) {
    const filters = readFilters(args);
    return withClient(args, io, async (client) => {
      if (args.flags.has('attention')) return showAttention(client, filters, args.flags.has('json'), io);
      const none =
        args.values.size > 0 || args.flags.has('running')
          ? 'No deployment is like that.'
          : 'There is no deployment yet.';
      io.out.write(listText(await client.list(filters), args.flags.has('json'), Date.now(), none));
      return 0;
    });
  },
};

async function showAttention(client: DroverClient, filters: Filters, json: boolean, io: Io): Promise<number> {
  const { environment, stack, service, limit } = filters;
  const { found, isCutOff } = await client.attention({
    ...(environment === undefined ? {} : { environment }),
    ...(stack === undefined ? {} : { stack }),
    ...(service === undefined ? {} : { service }),
    ...(limit === undefined ? {} : { limit }),
  });
  const columns = io.out.isTTY ? io.out.columns || 80 : undefined;
  io.out.write(attentionText(found, { json, columns, now: Date.now(), none: 'Nothing waits for a person.' }));
  if (isCutOff) io.err.write('drover: there are more: raise --limit, or name an environment\n');
  return 0;
}

interface Filters {
  readonly environment?: string;
  readonly stack?: string;
  readonly service?: string;
  readonly verdict?: Verdict;
  readonly running: boolean;
  readonly limit?: number;
}

function readFilters(args: ParsedArguments): Filters {
  const problems: Problem[] = [];
  const [surplus] = args.positionals;
  if (surplus !== undefined) {
    problems.push({
      where: shownPlace(surplus),
      text: '"drover list" takes no arguments',
      fix: 'write --environment NAME, --stack NAME or --service NAME',
    });
  }
  const names: { environment?: string; stack?: string; service?: string } = {};
  for (const key of ['environment', 'stack', 'service'] as const) {
    const value = option(args, key);
    if (value === undefined) continue;
    problems.push(...nameProblems(key, `--${key}`, value));
    names[key] = value;
  }
  const verdict = option(args, 'verdict');
  if (verdict !== undefined && !isVerdict(verdict)) {
    const guess = nearest(verdict, Object.keys(VERDICTS));
    problems.push({
      where: '--verdict',
      text: `${shown(verdict)} is no verdict`,
      fix:
        guess === undefined ? `choose one of ${Object.keys(VERDICTS).join(', ')}` : `did you mean --verdict ${guess}?`,
    });
  }
  for (const other of ['verdict', 'running'] as const) {
    if (!args.flags.has('attention') || !(args.flags.has(other) || args.values.has(other))) continue;
    problems.push({
      where: `--${other}`,
      text: 'it does not go with --attention, which lists what waits for a person, running or over',
      fix: 'leave one of them out',
    });
  }
  const limit = option(args, 'limit');
  if (limit !== undefined && !/^[1-9]\d{0,3}$/.test(limit)) {
    problems.push({ where: '--limit', text: 'it must be a whole number from 1 to 9999', fix: 'write --limit 20' });
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    ...names,
    ...(verdict !== undefined && isVerdict(verdict) ? { verdict } : {}),
    running: args.flags.has('running'),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

function isVerdict(text: string): text is Verdict {
  return Object.hasOwn(VERDICTS, text);
}
