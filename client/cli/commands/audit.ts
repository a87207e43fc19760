import { once } from 'node:events';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { nameProblems } from '../../input/check-names';
import type { AuditOptions } from '../../audit';
import type { Command } from '../command';
import { noArguments } from '../no-arguments';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import type { ParsedArguments } from '../option-spec';
import { PERIOD_OPTIONS, readPeriod } from '../read-instant';
import { auditEnd, auditLine } from '../show-audit';
import { option } from '../target';

/** `drover audit`. */
export const audit: Command = {
  name: 'audit',
  usage: '--since TIME [--until TIME] [--environment ALIAS]',
  description: [
    'Exports who did what to which service, when and why: JSON lines on standard output, made from the histories in Temporal. Asked;',
    'stepped in (with what it meant, taken or refused, by message or in Temporal itself); sent to Rancher, and the answer; the verdict.',
    'The same of releases and pipelines: asked, confirmed, approved or rejected, the glass broken, a hold let go; and how they ended.',
    'Needs no worker. Each line has an id that stays the same, so exports can overlap; within a deployment, lines are in time.',
    '',
    'It is whole or it fails: with exit code 4, and what is missing, where --since reaches further back than the namespace keeps',
    'what is over, where the history of a listed deployment is gone, or where the list is cut. A whole one ends with a line of the',
    'type "audit", whose "until" is the next one\'s --since: five seconds ago at the latest, since Temporal lists what begins a',
    'moment later. Where nothing is known of --environment, neither a deployment nor a worker, it fails with exit code 7: an empty',
    'export of a mistyped name would look whole.',
    '',
    'Not in a history, and so in no audit: an update that the deployment refused (the sender was told), what is done in Rancher by',
    'others, and a deployment that somebody deleted from Temporal altogether.',
  ],
  options: [
    ...PERIOD_OPTIONS,
    { name: 'environment', kind: 'one', value: 'ALIAS', aliases: ['env'], help: 'only of this environment' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['audit --since 24h >> audit.jsonl', ''],
    ['audit --since 2026-11-23 --until 2026-11-24 --environment prod', 'one day'],
  ],
  success: 'exported, and whole',
  verdicts: ['succeeded', 'invalid', 'needs-attention', 'refused', 'unreachable'],
  async run(args, io) {
    noArguments('audit', args);
    const options = readAudit(args, Date.now());
    return withClient(args, io, async (client) => {
      const events = client.audit(options);
      const write = async (line: string): Promise<void> => {
        if (!io.out.write(line)) await once(io.out, 'drain');
      };
      for (;;) {
        const next = await events.next();
        if (next.done === true) {
          await write(auditEnd(next.value, options.environment));
          const { unreadable, encodings } = next.value;
          if (unreadable > 0)
            io.err.write(
              `drover: a codec has encoded a part of ${String(unreadable)} events (${encodings.join(', ')}), which this command cannot read: their lines say so ("unreadable"), and tell only what is in clear\n`,
            );
          return 0;
        }
        await write(auditLine(next.value));
      }
    });
  },
};

function readAudit(args: ParsedArguments, now: number): AuditOptions {
  const problems: Problem[] = [];
  const { since, until } = readPeriod(args, now, problems);
  if (!args.values.has('since'))
    problems.push({
      where: '--since',
      text: 'it is missing',
      fix: 'write since when, such as --since 7d, or the "until" of the last line of the export before',
    });
  if (since !== undefined && since > now)
    problems.push({
      where: '--since',
      text: 'it is in the future',
      fix: 'write when the export is to begin, such as 24h',
    });
  if (until !== undefined && until > now)
    problems.push({ where: '--until', text: 'it is in the future', fix: 'leave it out: then it is now' });
  const environment = option(args, 'environment');
  if (environment !== undefined) problems.push(...nameProblems('environment', '--environment', environment));
  if (problems.length > 0 || since === undefined) throw new InvalidInputError(problems);
  return {
    since,
    ...(until === undefined ? {} : { until }),
    ...(environment === undefined ? {} : { environment }),
  };
}
