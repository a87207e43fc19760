import { InvalidInputError } from '../../errors/invalid-input-error';
import { shownPlace } from '../../input/shown';
import { clean, jsonLine } from '../../render/clean';
import type { DroverClient } from '../../drover-client';
import type { Command, Io } from '../command';
import { withClient } from '../open-client';
import type { ParsedArguments } from '../option-spec';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { buildsText } from '../show-versions';
import { option } from '../target';

/** As the configuration's own default; a client does not load the worker for it. */
const DEPLOYMENT = 'drover';
/** How `promote` spells that new work goes to workers that are not versioned. */
const UNVERSIONED = 'unversioned';

/** `drover versions`. */
export const versions: Command = {
  name: 'versions',
  usage: '[promote BUILD | move WORKFLOW… --to BUILD]',
  words: ['promote', 'move'],
  description: [
    'Where workers are versioned (worker.versioning in drover.yaml): shows their builds, which one new work goes to, and what',
    'still runs on which. What began on a build stays on it, so its workers stay until it is drained.',
    '',
    'promote BUILD lets new work go to that build; "promote unversioned" to workers without a version. It is refused where a',
    'task queue that is served now would be left alone. To go back, promote the former build again.',
    'move takes running workflows to another build, which goes on with them: for what waits on a build whose workers are gone.',
  ],
  options: [
    { name: 'to', kind: 'one', value: 'BUILD', help: 'with move: the build that goes on with it' },
    {
      name: 'ignore-missing-queues',
      kind: 'flag',
      help: 'with promote: also where some environment is served by no worker of that build',
    },
    {
      name: 'deployment',
      kind: 'one',
      value: 'NAME',
      help: `Temporal's name for all of the workers; default TEMPORAL_DEPLOYMENT_NAME, then "${DEPLOYMENT}"`,
    },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['versions', ''],
    ['versions promote 0.2.0-3f2a1b9c8d7e', ''],
    ['versions move deploy/prod/storefront/web --to 0.2.0-3f2a1b9c8d7e', ''],
  ],
  success: 'told, promoted, or moved',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const [verb, ...rest] = args.positionals;
    const deployment = option(args, 'deployment') ?? (io.env['TEMPORAL_DEPLOYMENT_NAME'] || DEPLOYMENT);
    switch (verb) {
      case undefined:
        return withClient(args, io, ({ versions: of }) => show(of, deployment, args, io));
      case 'promote': {
        const build = oneBuild(rest);
        return withClient(args, io, ({ versions: of }) => promote(of, deployment, build, args, io));
      }
      case 'move': {
        const to = buildToMoveTo(args, rest);
        return withClient(args, io, ({ versions: of }) => move(of, deployment, rest, to, args, io));
      }
      default:
        throw new InvalidInputError([
          { where: shownPlace(verb), text: 'neither "promote" nor "move"', fix: 'see "drover versions --help"' },
        ]);
    }
  },
};

type Versions = DroverClient['versions'];

async function show(of: Versions, deployment: string, args: ParsedArguments, io: Io): Promise<number> {
  io.out.write(buildsText(await of.builds(deployment), args.flags.has('json'), io.out.columns));
  return 0;
}

async function promote(
  of: Versions,
  deployment: string,
  build: string,
  args: ParsedArguments,
  io: Io,
): Promise<number> {
  const { former } = await of.promote(
    deployment,
    build === UNVERSIONED ? null : build,
    args.flags.has('ignore-missing-queues'),
  );
  const was = former === null || former === '' ? UNVERSIONED : former;
  io.out.write(
    args.flags.has('json')
      ? jsonLine({ type: 'promoted', deployment, build, former: was, exitCode: 0 })
      : `${clean(`New work goes to ${build} now (before: ${was}). To go back: drover versions promote ${was}`)}\n`,
  );
  return 0;
}

async function move(
  of: Versions,
  deployment: string,
  workflowIds: readonly string[],
  to: string,
  args: ParsedArguments,
  io: Io,
): Promise<number> {
  for (const workflowId of workflowIds) {
    await of.move(deployment, workflowId, to);
    io.out.write(
      args.flags.has('json')
        ? jsonLine({ type: 'moved', deployment, workflowId, build: to, exitCode: 0 })
        : `${clean(`${workflowId} goes on with build ${to}`)}\n`,
    );
  }
  return 0;
}

function oneBuild(rest: readonly string[]): string {
  const [build, surplus] = rest;
  if (build !== undefined && surplus === undefined) return build;
  throw new InvalidInputError([
    {
      where: 'promote',
      text: build === undefined ? 'the build is missing' : 'it takes one build',
      fix: `write "drover versions promote BUILD", with a build that "drover versions" lists, or ${UNVERSIONED}`,
    },
  ]);
}

function buildToMoveTo(args: ParsedArguments, rest: readonly string[]): string {
  const to = option(args, 'to');
  const fix = 'write "drover versions move deploy/ENVIRONMENT/STACK/SERVICE --to BUILD"';
  if (to === undefined) throw new InvalidInputError([{ where: '--to', text: 'the build is missing', fix }]);
  if (rest.length === 0) throw new InvalidInputError([{ where: 'move', text: 'what to move is missing', fix }]);
  return to;
}
