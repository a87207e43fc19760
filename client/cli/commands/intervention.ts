import { targetText } from '../../../decision/target-text';
import type { InterventionName } from '../../../workflows/contract';
import type { DroverClient } from '../../drover-client';
import { InvalidInputError } from '../../errors/invalid-input-error';
import { defaultSender, oneLine } from '../../input/build-request';
import { clean, jsonLine } from '../../render/clean';
import { REQUEST_OPTION } from '../chosen-deployment';
import type { Intervened } from '../../temporal/intervene';
import type { Command } from '../command';
import { rendererFor } from '../follow-deployment';
import { LOCAL_OPTIONS } from '../local/local-options';
import type { LocalRun } from '../local/local-run';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import type { OptionSpec } from '../option-spec';
import { namesATarget, option, targetOf } from '../target';

const DESCRIPTIONS: Readonly<Record<InterventionName, readonly string[]>> = {
  cancel: [
    'Stops the deployment of a service. What it began is rolled back, and the former configuration is proven to run; the',
    'deployment ends as "cancelled". Refused once the finish was sent: from there is no way back.',
  ],
  retry: [
    'Lets a parked deployment go on, after its cause was mended; a deployment that waits acts now instead of later; while the',
    'new containers come up, it rolls back and upgrades again. Refused there once the last upgrade (maxRounds) was posted.',
  ],
  confirm: ['Finishes an upgrade that is held (drover upgrade --hold). The gates are read once more just before.'],
  rollback: ['Goes back to the former configuration, and proves that it runs. Refused once the finish was sent.'],
};

/** A reason that somebody may have for each, as an example. */
const REASONS: Readonly<Record<InterventionName, string>> = {
  cancel: 'wrong tag',
  retry: 'the registry is back',
  confirm: 'looked at it, works',
  rollback: 'the checkout page is slow',
};

/** What becomes of a message that was not answered. */
const SENT: Readonly<Record<Extract<Intervened, { how: 'sent' }>['because'], string>> = {
  'no worker answered': 'no worker answered within 5 s; the deployment gets it as soon as one runs',
  'it could not be taken just then':
    'the deployment could not answer just then; Temporal keeps the message, and the deployment gets it as soon as it can',
};

const THIS_ONE: OptionSpec = {
  ...REQUEST_OPTION,
  help: 'only the deployment of this request (or of this deployment id), as "drover status" shows it',
};

/** `drover cancel`, `retry`, `confirm` and `rollback`: they differ in the name of the message only. */
export function interventionCommand(name: InterventionName): Command {
  return {
    name,
    usage: '(ENVIRONMENT STACK/SERVICE [--request ID] | --release ID) [--why TEXT]',
    description: [
      ...DESCRIPTIONS[name],
      '',
      'The deployment acknowledges it at once and says what it means where it stands. This command does not wait for the end:',
      `"drover status … --watch" does. Where no worker answers, the message is kept by Temporal until one does.`,
      '',
      'With --request, the message is for that deployment alone: where it is over and another one runs by now, it is refused.',
      ...(name === 'cancel' ? ['A request that still waits for its turn is taken out of the queue.'] : []),
      'With --release, it is for all services of that release.',
      '',
      'With --local, where no command runs on the state folder, this one carries the deployment on to its verdict, and has its exit code.',
    ],
    options: [
      THIS_ONE,
      { name: 'release', kind: 'one', value: 'ID', help: 'a release instead of the deployment of one service' },
      ...(name === 'cancel'
        ? [
            {
              name: 'pipeline',
              kind: 'one',
              value: 'ID',
              help: 'a pipeline: what it is releasing is taken back',
            } as const,
          ]
        : []),
      { name: 'why', kind: 'one', value: 'TEXT', help: 'a reason, kept in the history' },
      ...TARGET_OPTIONS,
      ...LOCAL_OPTIONS,
      ...TEMPORAL_OPTIONS,
    ],
    examples: [
      [`${name} prod storefront/web`, ''],
      [`${name} prod storefront/web --why "${REASONS[name]}"`, ''],
      [`${name} prod storefront/web --request gitlab/481`, 'that one, and no other'],
    ],
    success: 'the deployment acknowledged it',
    verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
    async run(args, io) {
      const [releaseId, pipelineId] = [option(args, 'release'), option(args, 'pipeline')];
      const many = releaseId ?? pipelineId;
      if (
        many !== undefined &&
        (namesATarget(args) || args.values.has('request') || (releaseId !== undefined && pipelineId !== undefined))
      )
        throw new InvalidInputError([
          {
            where: releaseId === undefined ? '--pipeline' : '--release',
            text: 'something else is named too',
            fix: 'name a service, a release or a pipeline',
          },
        ]);
      const target = many === undefined ? targetOf(args, io.env) : null;
      const why = option(args, 'why');
      const intervention = {
        by: oneLine(defaultSender(io.env), 200),
        ...(why === undefined ? {} : { why: oneLine(why, 500) }),
      };
      const work = async (client: DroverClient, local: LocalRun | null): Promise<number> => {
        const taken =
          pipelineId !== undefined
            ? ({
                how: 'acknowledged',
                acknowledgement: await client.promotions.cancel(pipelineId, 'cancel', intervention),
              } as const)
            : target === null
              ? await client.interveneRelease(releaseId ?? '', name, intervention)
              : await client.intervene(target, name, intervention, option(args, 'request'));
        const text =
          taken.how === 'acknowledged'
            ? `${name} acknowledged in phase ${taken.acknowledgement.phase}: ${taken.acknowledgement.meaning}`
            : `${name} sent: ${SENT[taken.because]}`;
        if (args.flags.has('json')) {
          const more = taken.how === 'acknowledged' ? taken.acknowledgement : { because: taken.because };
          const whose = target ?? (pipelineId === undefined ? { releaseId } : { pipelineId });
          io.out.write(jsonLine({ type: 'intervention', name, ...whose, how: taken.how, ...more, exitCode: 0 }));
        } else {
          const of = pipelineId === undefined ? `releases ${releaseId ?? ''}` : `pipelines ${pipelineId}`;
          const watch = target === null ? `drover ${of}` : `drover status ${targetText(target)}`;
          const line = `${watch} --watch`;
          const told = local === null || target === null ? line : local.told(target)(line);
          io.out.write(`${clean(text)}\n  Watch it: ${told}\n`);
        }
        const handle =
          local === null || local.isGuest || target === null
            ? null
            : await client.get(target.environment, target.stack, target.service);
        if (local === null || handle === null) return 0;
        // Nobody else would do what was just asked for.
        return local.follow(handle, rendererFor(args, io), { watchOn: true });
      };
      return withClient(args, io, work, { command: name, worker: target, joins: true });
    },
  };
}
