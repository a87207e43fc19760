import { WHEN_BUSY } from '../../../decision/lane';
import { ON_FAILURE } from '../../../decision/release';
import { exitCodeOf } from '../../../decision/verdict';
import { buildRelease } from '../../release/build-release';
import { oneLine } from '../../input/build-request';
import { defaultAuthor } from '../../input/build-request';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { summaryOfRelease } from '../../summary/summary-of-release';
import type { SummaryOfRelease } from '../../summary/summary-of-release';
import type { Command, Io } from '../command';
import { followCoordinated } from '../follow-coordinated';
import { ON_INTERRUPT_OPTION, readOnInterrupt } from '../on-interrupt';
import { withClient } from '../open-client';
import type { ParsedArguments } from '../option-spec';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { readDuration, readWhenBusy } from '../read-upgrade';
import { readRelease } from '../read-release';
import { releasePlanText } from '../show-release-plan';
import { ReleaseRenderer } from '../show-release';
import { interruptedBy } from '../run-upgrade';
import { readSummaryFiles, SUMMARY_OPTION, titleOf, withSummaries } from '../summary-files';
import { option } from '../target';

/** `drover release`. */
export const release: Command = {
  name: 'release',
  usage: '(-f release.yaml | ENVIRONMENT STACK/SERVICE=IMAGE …) [options]',
  description: [
    'Takes several services to new images as one transaction. Each is looked at before the first is touched; then each is',
    'upgraded and verified, with its old containers kept; when all are, it is decided and recorded, and all finish in their',
    'order, or all go back in the reverse one. A Temporal workflow does it: killing this command changes nothing, and the',
    'same command again attaches to it.',
  ],
  options: [
    {
      name: 'file',
      kind: 'one',
      value: 'FILE',
      aliases: ['f'],
      help: 'the release: its services, what depends on what, policies',
    },
    {
      name: 'environment',
      kind: 'one',
      value: 'ALIAS',
      aliases: ['env'],
      help: 'with --file: for the services that do not name their own',
    },
    {
      name: 'on-failure',
      kind: 'one',
      value: 'WAY',
      choices: ON_FAILURE,
      help: `what to do when one fails: ${ON_FAILURE.join(', ')}; default rollback-all, or as the file says`,
    },
    { name: 'parallelism', kind: 'one', value: 'N', help: 'services upgraded at once; default 4, or as the file says' },
    { name: 'confirm', kind: 'flag', help: 'wait for a person before the first finish: drover confirm --release ID' },
    { name: 'confirm-within', kind: 'one', value: 'DURATION', help: 'for how long; then all go back; default 24h' },
    {
      name: 'when-busy',
      kind: 'one',
      value: 'WAY',
      choices: WHEN_BUSY.filter((way) => way !== 'attach'),
      help: `where another deployment of one of them runs: ${WHEN_BUSY.filter((way) => way !== 'attach').join(', ')}; default reject`,
    },
    { name: 'why', kind: 'one', value: 'TEXT', help: 'a reason, kept in the history' },
    {
      name: 'request-id',
      kind: 'one',
      value: 'ID',
      help: 'names this request: the same id again never releases twice; default: the CI build and its attempt, else made anew',
    },
    { name: 'plan', kind: 'flag', help: 'show what would change in each service, without values; writes nothing' },
    { name: 'detach', kind: 'flag', help: 'start it and come back at once (exit code 5)' },
    {
      name: 'follow-timeout',
      kind: 'one',
      value: 'DURATION',
      help: 'the longest this command watches; the release goes on; default 24h',
    },
    ON_INTERRUPT_OPTION,
    SUMMARY_OPTION,
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['release -f release.yaml', ''],
    ['release -f release.yaml --plan', 'what would change in each service'],
    ['release qa storefront/web=example/web:2.4.1 storefront/api=example/api:2.4.1', ''],
    ['release -f release.yaml --confirm --why "change 4711"', 'verify all, then wait for drover confirm --release ID'],
  ],
  success: 'all services run what was asked',
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
    const summary = summaryOfRelease(titleOf(args, 'release'), Date.now());
    return withSummaries(files, summary, io, () => releaseAndFollow(args, io, summary));
  },
};

async function releaseAndFollow(args: ParsedArguments, io: Io, summary: SummaryOfRelease): Promise<number> {
  const problems: Problem[] = [];
  const limitMillis = readDuration(args, 'follow-timeout', problems);
  const whenBusy = readWhenBusy(args, problems);
  const onInterrupt = readOnInterrupt(args, io.env, problems);
  if (whenBusy === 'attach')
    problems.push({
      where: '--when-busy',
      text: "a release cannot follow somebody else's deployment",
      fix: 'choose reject, queue or supersede',
    });
  if (problems.length > 0) throw new InvalidInputError(problems);
  const input = readRelease(args, io.env);
  const [requestId, why] = [option(args, 'request-id'), option(args, 'why')];
  const author = { by: defaultAuthor(io.env), ...(why === undefined ? {} : { why: oneLine(why, 500) }) };
  const built = buildRelease(
    input,
    { whenBusy, author, ...(requestId === undefined ? {} : { requestId }) },
    io.env,
    new Date(),
  );
  for (const warning of built.warnings) io.err.write(`drover: warning: ${warning}\n`);
  const json = args.flags.has('json');
  return withClient(args, io, async (client) => {
    if (args.flags.has('plan')) {
      const [plans, gates] = await Promise.all([client.planRelease(built), client.planGates(built)]);
      io.out.write(releasePlanText(built, plans, gates, json));
      const isRefused =
        gates.size > 0 || [...plans.values()].some((plan) => plan instanceof Error || plan.step === 'refuse');
      return exitCodeOf(isRefused ? 'refused' : 'succeeded');
    }
    const handle = await client.startRelease(built);
    const shown = [new ReleaseRenderer((text) => void io.out.write(text), json, handle.id), summary];
    for (const one of shown) one.begin(handle);
    return followCoordinated(handle, shown, io, {
      limitMillis,
      onInterrupt,
      detach: args.flags.has('detach'),
      cancel: () => client.interveneRelease(handle.id, 'cancel', interruptedBy(io.env)),
    });
  });
}
