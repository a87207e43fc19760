import type { DroverClient } from '../../drover-client';
import { columnsOf } from '../../render/columns-of';
import type { ListFilters } from '../../temporal/list-query';
import type { Command, Io } from '../command';
import { LOCAL_OPTIONS } from '../local/local-options';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { PERIOD_OPTIONS } from '../read-instant';
import { readListFilters } from '../read-list-filters';
import { attentionText } from '../show-attention';
import { listText } from '../show-list';

/** `drover list`. */
export const list: Command = {
  name: 'list',
  usage: '[options]',
  description: [
    'Lists deployments: those that run, then the last that ended, as far back as the namespace of Temporal keeps them. Needs no worker.',
    'What has only just begun may be missing for a second. All filters that are given must hold; times are those of the start.',
    '',
    'With --attention, everything that waits for a person, the most urgent first: deployments that are parked; those that ended as',
    '"needs-attention", until a newer deployment of their service begins; those that are upgraded and cannot be proven; and those',
    'that are held as they were asked to be; then releases that wait to be confirmed, and pipelines that wait for an approval or for',
    'what is held (not with --service). Each with the reason, since when, and the commands that make sense now. That is',
    'kept beside the workflow, so it is told while no worker runs. A workflow that somebody terminated is not among them: what such',
    'a one left behind is found by "drover orphans".',
  ],
  options: [
    { name: 'environment', kind: 'one', value: 'ALIAS', aliases: ['env'], help: 'only of this environment' },
    { name: 'stack', kind: 'one', value: 'NAME', help: 'only of this stack' },
    { name: 'service', kind: 'one', value: 'NAME', help: 'only of services of this name' },
    { name: 'phase', kind: 'one', value: 'PHASE', help: 'only those that are in this phase' },
    { name: 'verdict', kind: 'one', value: 'VERDICT', help: 'only those that ended so' },
    {
      name: 'requester',
      kind: 'one',
      value: 'WHO',
      aliases: ['by'],
      help: 'only those that somebody asked for whose name begins so: jane, "gitlab storefront"',
    },
    { name: 'image', kind: 'one', value: 'REF', help: 'only those to this image; without a tag, to any of its tags' },
    ...PERIOD_OPTIONS,
    { name: 'release', kind: 'one', value: 'ID', help: 'those of a release' },
    { name: 'running', kind: 'flag', help: 'only those that run now' },
    { name: 'attention', kind: 'flag', help: 'only what waits for a person: why, since when, and what to do' },
    { name: 'limit', kind: 'one', value: 'N', help: 'at most so many; default 20, with --attention 500' },
    ...LOCAL_OPTIONS,
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['list --environment prod', ''],
    ['list --verdict rolled-back --limit 5', ''],
    ['list --running --json', ''],
    ['list --environment prod --since 24h', 'what was deployed there since yesterday, and by whom'],
    ['list --image example/web --until 2026-11-23', ''],
    ['list --attention', 'what a person has to see to, everywhere'],
    ['list --attention --environment prod --json', 'for a pager: a line for each'],
  ],
  success: 'listed, also when there is nothing to list',
  verdicts: ['succeeded', 'invalid', 'unreachable'],
  async run(args, io) {
    const filters = readListFilters(args, Date.now());
    return withClient(
      args,
      io,
      async (client) => {
        if (args.flags.has('attention')) return showAttention(client, filters, args.flags.has('json'), io);
        const none =
          args.values.size > 0 || args.flags.has('running')
            ? 'No deployment is like that.'
            : 'There is no deployment yet.';
        const json = args.flags.has('json');
        const found = await client.list(filters);
        io.out.write(listText(found, { json, columns: columnsOf(io.out), now: Date.now(), none }));
        return 0;
      },
      { command: 'list', worker: null, joins: true },
    );
  },
};

async function showAttention(client: DroverClient, filters: ListFilters, json: boolean, io: Io): Promise<number> {
  const { environment, stack, service, limit } = filters;
  const { found, coordinators, isCutOff } = await client.attention({
    ...(environment === undefined ? {} : { environment }),
    ...(stack === undefined ? {} : { stack }),
    ...(service === undefined ? {} : { service }),
    ...(limit === undefined ? {} : { limit }),
  });
  const columns = columnsOf(io.out);
  io.out.write(
    attentionText(found, coordinators, { json, columns, now: Date.now(), none: 'Nothing waits for a person.' }),
  );
  if (isCutOff) io.err.write('drover: there are more: raise --limit, or name an environment\n');
  return 0;
}
