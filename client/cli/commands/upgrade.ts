import { WHEN_BUSY } from '../../../decision/lane';
import { ON_PENDING } from '../../../decision/policy';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { buildRequest } from '../../input/build-request';
import type { Command } from '../command';
import type { DroverClient } from '../../drover-client';
import { TeeRenderer } from '../../render/tee-renderer';
import { SummaryOfDeployment } from '../../summary/summary-of-deployment';
import { rendererFor } from '../follow-deployment';
import { LOCAL_OPTIONS } from '../local/local-options';
import type { LocalRun } from '../local/local-run';
import { ON_INTERRUPT_OPTION, readOnInterrupt } from '../on-interrupt';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { showPlan } from '../show-plan';
import { readDuration, readUpgrade, readWhenBusy } from '../read-upgrade';
import { runUpgrade } from '../run-upgrade';
import { readSummaryFiles, SUMMARY_OPTION, titleOf, withSummaries } from '../summary-files';

/** `drover upgrade`. */
export const upgrade: Command = {
  name: 'upgrade',
  usage: 'ENVIRONMENT STACK/SERVICE --image REF [options]',
  description: [
    'Takes a service to a new image and follows it to the verdict. A Temporal workflow does it: killing this command changes',
    'nothing, and the same command again attaches to the deployment, or tells how it ended. What fails before the upgrade is',
    'finished is rolled back, and the former configuration is proven to run.',
    '',
    "ENVIRONMENT is the alias in the worker's drover.yaml; STACK and SERVICE are spelled as in Rancher.",
  ],
  options: [
    {
      name: 'image',
      kind: 'one',
      value: 'REF',
      aliases: ['new-image'],
      help: 'the image: example/web:2.4.1, registry:5000/team/web:2@sha256:…',
    },
    {
      name: 'sidekick',
      kind: 'many',
      value: 'NAME=IMAGE',
      help: 'the image of a sidekick, by its name; may be repeated',
    },
    {
      name: 'variable',
      kind: 'many',
      value: 'KEY=REFERENCE',
      help: 'merge an environment variable; REFERENCE is a name under "variables:" in the worker\'s drover.yaml, never a value; may be repeated',
    },
    { name: 'label', kind: 'many', value: 'KEY=VALUE', help: 'merge a label; may be repeated' },
    {
      name: 'batch-size',
      kind: 'one',
      value: 'N',
      help: 'containers replaced at a time; default 1, or as drover.yaml says',
    },
    {
      name: 'batch-interval',
      kind: 'one',
      value: 'DURATION',
      aliases: ['interval'],
      help: 'pause between batches; default 2s, or as drover.yaml says',
    },
    {
      name: 'start-first',
      kind: 'flag',
      aliases: ['start-before-stopping'],
      help: 'start a new container before the old one is stopped',
    },
    {
      name: 'no-start-first',
      kind: 'flag',
      aliases: ['no-start-before-stopping'],
      help: 'stop the old container first, whatever drover.yaml says',
    },
    {
      name: 'on-pending',
      kind: 'one',
      value: 'POLICY',
      choices: ON_PENDING,
      help: "what to do with somebody else's unfinished upgrade: rollback (default), finish, wait, abort",
    },
    {
      name: 'redeploy',
      kind: 'flag',
      help: 'upgrade even though the service has this image already (the same tag, pushed again); without --image, with the one that it has',
    },
    {
      name: 'soak',
      kind: 'one',
      value: 'DURATION',
      help: 'how long the new containers must stay proven before the finish; default 0s',
    },
    {
      name: 'hold',
      kind: 'flag',
      help: 'stop when upgraded and verified; "drover confirm" finishes it, "drover rollback" goes back',
    },
    {
      name: 'timeout',
      kind: 'one',
      value: 'DURATION',
      aliases: ['upgrade-timeout'],
      help: 'the longest the deployment may take; then it is rolled back; default 1h',
    },
    { name: 'why', kind: 'one', value: 'TEXT', help: 'a reason, kept in the history' },
    {
      name: 'request-id',
      kind: 'one',
      value: 'ID',
      help: 'names this request: the same id again never deploys twice; default: the CI build and its attempt, else made anew',
    },
    {
      name: 'when-busy',
      kind: 'one',
      value: 'WAY',
      choices: WHEN_BUSY,
      help: 'where another deployment of the service runs: reject (default), queue (wait for its turn), supersede (that one is rolled back), attach (follow it)',
    },
    { name: 'plan', kind: 'flag', help: 'show what would change, without values; writes nothing' },
    { name: 'detach', kind: 'flag', help: 'start it and come back at once (exit code 5)' },
    {
      name: 'follow-timeout',
      kind: 'one',
      value: 'DURATION',
      help: 'the longest this command watches; the deployment goes on; default 24h',
    },
    ...LOCAL_OPTIONS,
    {
      name: 'take-over',
      kind: 'one',
      value: 'LABEL',
      help: "with --local: the pending upgrade with this label may be settled, although it is another installation's; for one that is gone",
    },
    ON_INTERRUPT_OPTION,
    SUMMARY_OPTION,
    ...TARGET_OPTIONS,
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['upgrade prod storefront/web --image example/web:2.4.1', ''],
    ['upgrade prod storefront/web --image example/web:2.4.1 --plan', 'what would change'],
    ['upgrade prod storefront/web --image example/web:2.4.1 --hold --soak 2m', 'verify, then wait for drover confirm'],
    ['upgrade prod storefront/web --image example/web:2.4.1 --local', 'without a Temporal server or a worker'],
    ['upgrade qa storefront/web --image example/web:2 --batch-size 2 --batch-interval 10s --start-first', ''],
    ['upgrade qa shop/api --image example/api:7 --sidekick logger=example/logger:3 --variable DB_PASSWORD=shop-db', ''],
    ['upgrade prod storefront/web --image example/web:2.4.1 --on-interrupt cancel --summary drover.xml', 'in a CI job'],
    [
      'upgrade qa storefront/web --image example/web:latest --redeploy --json',
      'the tag was pushed again; for machines',
    ],
  ],
  verdicts: [
    'succeeded',
    'unchanged',
    'held',
    'failed',
    'invalid',
    'rolled-back',
    'needs-attention',
    'detached',
    'cancelled',
    'refused',
    'superseded',
    'unreachable',
    'interfered',
  ],
  async run(args, io) {
    const files = readSummaryFiles(args, io.env);
    const summary = new SummaryOfDeployment(titleOf(args, 'upgrade'), Date.now());
    return withSummaries(files, summary, io, async () => {
      const problems: Problem[] = [];
      const limitMillis = readDuration(args, 'follow-timeout', problems);
      const whenBusy = readWhenBusy(args, problems);
      const onInterrupt = readOnInterrupt(args, io.env, problems);
      if (problems.length > 0) throw new InvalidInputError(problems);
      const input = readUpgrade(args, io.env);
      const built = buildRequest(input, io.env, new Date());
      for (const warning of built.warnings) io.err.write(`drover: warning: ${warning}\n`);
      const work = async (client: DroverClient, local: LocalRun | null): Promise<number> => {
        if (args.flags.has('plan')) return showPlan(await client.plan(input), args, io);
        const renderer = new TeeRenderer([rendererFor(args, io), summary]);
        const [hold, detach] = [args.flags.has('hold'), args.flags.has('detach')];
        const asked = local?.request(input, built) ?? built;
        await local?.before(client, input, asked);
        const options = { whenBusy, onInterrupt, hold, detach, limitMillis };
        return runUpgrade(client, asked, renderer, local?.io ?? io, options, local);
      };
      return withClient(args, io, work, { command: 'upgrade', worker: input, joins: false });
    });
  },
};
