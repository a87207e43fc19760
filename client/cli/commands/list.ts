import { VERDICTS } from '../../../decision/verdict';
import type { Verdict } from '../../../decision/verdict';
import { InvalidInputError } from '../../errors/invalid-input-error';
import { nameProblems } from '../../input/check-names';
import type { Problem } from '../../errors/invalid-input-error';
import { shown, shownPlace } from '../../input/shown';
import type { Command } from '../command';
import { nearest } from '../nearest';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import type { ParsedArguments } from '../option-spec';
import { listText } from '../show-list';
import { option } from '../target';

/** `drover list`. */
export const list: Command = {
  name: 'list',
  usage: '[options]',
  description: [
    'Lists deployments: those that run, then the last that ended, as far back as the namespace of Temporal keeps them. Needs no worker.',
    'What has only just begun may be missing for a second.',
  ],
  options: [
    { name: 'environment', kind: 'one', value: 'ALIAS', aliases: ['env'], help: 'only of this environment' },
    { name: 'stack', kind: 'one', value: 'NAME', help: 'only of this stack' },
    { name: 'service', kind: 'one', value: 'NAME', help: 'only of services of this name' },
    { name: 'verdict', kind: 'one', value: 'VERDICT', help: 'only those that ended so' },
    { name: 'running', kind: 'flag', help: 'only those that run now' },
    { name: 'limit', kind: 'one', value: 'N', help: 'at most so many; default 20' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['list --environment prod', ''],
    ['list --verdict rolled-back --limit 5', ''],
    ['list --running --json', ''],
  ],
  success: 'listed, also when there is nothing to list',
  verdicts: ['succeeded', 'invalid', 'unreachable'],
  async run(args, io) {
    const filters = readFilters(args);
    return withClient(args, io, async (client) => {
      const none =
        args.values.size > 0 || args.flags.has('running')
          ? 'No deployment is like that.'
          : 'There is no deployment yet.';
      io.out.write(listText(await client.list(filters), args.flags.has('json'), Date.now(), none));
      return 0;
    });
  },
};

function readFilters(args: ParsedArguments): {
  environment?: string;
  stack?: string;
  service?: string;
  verdict?: Verdict;
  running: boolean;
  limit: number;
} {
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
  const limit = option(args, 'limit') ?? '20';
  if (!/^[1-9]\d{0,3}$/.test(limit)) {
    problems.push({ where: '--limit', text: 'it must be a whole number from 1 to 9999', fix: 'write --limit 20' });
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    ...names,
    ...(verdict !== undefined && isVerdict(verdict) ? { verdict } : {}),
    running: args.flags.has('running'),
    limit: Number(limit),
  };
}

function isVerdict(text: string): text is Verdict {
  return Object.hasOwn(VERDICTS, text);
}
