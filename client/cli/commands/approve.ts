import { exitCodeOf } from '../../../decision/verdict';
import { approvalSubjectOf } from '../../../workflows/pipeline-contract';
import { parseSigningKey, signApproval } from '../../approval/sign-approval';
import type { SigningKey } from '../../approval/sign-approval';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { RefusedError } from '../../errors/refused-error';
import { defaultSender, oneLine } from '../../input/build-request';
import { readSmallFile } from '../../input/read-small-file';
import { shownPlace } from '../../input/shown';
import { clean, jsonLine } from '../../render/clean';
import type { Command, Io } from '../command';
import { withClient } from '../open-client';
import type { ParsedArguments } from '../option-spec';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { readDuration } from '../read-upgrade';
import { option } from '../target';

/** For how long a signature holds, milliseconds. */
const VALID_MILLIS = 15 * 60_000;

/** `drover approve` and `drover reject`: they differ in one word only. */
export function approvalCommand(decision: 'approve' | 'reject'): Command {
  const does =
    decision === 'approve'
      ? [
          'Says yes to the stage of a pipeline that waits for it. Each person counts once, and whoever asked for it does not',
          'count where the stage says so.',
        ]
      : ['Says no to the stage of a pipeline that waits: it is refused, and nothing is changed in it. Anybody may.'];
  return {
    name: decision,
    usage: 'PIPELINE [--why TEXT] [--stage NAME]',
    description: [
      ...does,
      '',
      'Drover believes the name that Temporal lets through: who may send messages at all is decided by the authentication in',
      'front of Temporal. Where a stage asks for signatures, --sign-with-file proves that it was somebody (or a CI system)',
      'who has the key.',
    ],
    options: [
      { name: 'why', kind: 'one', value: 'TEXT', help: 'a reason, kept in the history' },
      {
        name: 'stage',
        kind: 'one',
        value: 'NAME',
        help: 'only if it is this stage that waits; needed for a signature',
      },
      { name: 'as', kind: 'one', value: 'NAME', help: 'who says so; default: the CI build, or user and host' },
      {
        name: 'sign-with-file',
        kind: 'one',
        value: 'FILE',
        help: 'sign it with the key in this file: one line, KEYID:SECRET',
      },
      { name: 'valid-for', kind: 'one', value: 'DURATION', help: 'for how long the signature holds; default 15m' },
      ...TEMPORAL_OPTIONS,
    ],
    examples: [
      [`${decision} p0123456789ab`, ''],
      [`${decision} p0123456789ab --stage prod --why "change 4711"`, ''],
      [`${decision} p0123456789ab --stage prod --sign-with-file /run/secrets/approval-key`, 'from a CI system'],
    ],
    success: decision === 'approve' ? 'it counts' : 'the stage is rejected',
    verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
    async run(args, io) {
      const { pipelineId, key, validMillis } = read(args);
      const stage = option(args, 'stage');
      const why = option(args, 'why');
      const by = oneLine(option(args, 'as') ?? defaultSender(io.env), 200);
      const expiresMillis = Date.now() + validMillis;
      const subject = approvalSubjectOf(pipelineId, stage ?? '');
      const token = key === null ? null : signApproval({ decision, subject, person: by, expiresMillis }, key);
      return withClient(args, io, async ({ promotions }) => {
        const answer = await promotions.approve(pipelineId, {
          ...{ decision, by },
          ...(why === undefined ? {} : { why: oneLine(why, 500) }),
          ...(stage === undefined ? {} : { stage }),
          ...(token === null ? {} : { token }),
        });
        if (!answer.counts)
          throw new RefusedError(
            `${decision} by ${by} for the stage ${answer.stage}: ${answer.text}`,
            `See who may: drover pipelines ${pipelineId}`,
          );
        return told(answer, pipelineId, args, io);
      });
    },
  };
}

function told(
  answer: { stage: string; text: string; missing: number },
  pipelineId: string,
  args: ParsedArguments,
  io: Io,
): number {
  const exitCode = exitCodeOf('succeeded');
  if (args.flags.has('json')) io.out.write(jsonLine({ type: 'approval', pipelineId, ...answer, exitCode }));
  else
    io.out.write(
      `${clean(`stage ${answer.stage}: ${answer.text}`)}\n  Watch it: drover pipelines ${pipelineId} --watch\n`,
    );
  return exitCode;
}

function read(args: ParsedArguments): { pipelineId: string; key: SigningKey | null; validMillis: number } {
  const problems: Problem[] = [];
  const [pipelineId, surplus] = args.positionals;
  if (pipelineId === undefined)
    problems.push({
      where: 'PIPELINE',
      text: 'no pipeline is named',
      fix: 'see which wait: drover pipelines --running',
    });
  if (surplus !== undefined)
    problems.push({ where: shownPlace(surplus), text: 'one argument too many', fix: 'name one pipeline' });
  const file = option(args, 'sign-with-file');
  if (file !== undefined && option(args, 'stage') === undefined)
    problems.push({ where: '--stage', text: 'a signature is for one stage', fix: 'name it: --stage prod' });
  const validMillis = readDuration(args, 'valid-for', problems) ?? VALID_MILLIS;
  if (problems.length > 0 || pipelineId === undefined) throw new InvalidInputError(problems);
  return { pipelineId, key: file === undefined ? null : keyFrom(file), validMillis };
}

function keyFrom(file: string): SigningKey {
  let text: string;
  try {
    text = readSmallFile(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new InvalidInputError([
      { where: file, text: `the key cannot be read: ${why}`, fix: 'name a file with one line, KEYID:SECRET' },
    ]);
  }
  return parseSigningKey(text, file);
}
