import type { UpgradePlan } from '../../workflows/contract';
import { formatDuration } from '../input/duration';
import { clean, jsonLine } from '../render/clean';
import type { Io } from './command';
import type { ParsedArguments } from './option-spec';

/** Shows what a deployment would change. */
export function showPlan(plan: UpgradePlan, args: ParsedArguments, io: Pick<Io, 'out'>): number {
  io.out.write(args.flags.has('json') ? jsonLine({ type: 'plan', ...plan, exitCode: 0 }) : planText(plan));
  return 0;
}

/** A plan for people: names only, no values. */
export function planText(plan: UpgradePlan): string {
  const { strategy, onPending, timeoutMillis, stallLimitMillis, soakMillis } = plan.policy;
  const row = (label: string, text: string): string => `  ${label.padEnd(11)} ${clean(text)}`;
  return [
    `Plan for ${clean(`${plan.stack}/${plan.service} in ${plan.environment}`)} (nothing is written):`,
    row('now', `${plan.state}, ${plan.serviceId}, ${plan.rancherUrl}`),
    row('first', plan.firstStep),
    ...plan.images.map(({ config, from, to }) =>
      row('image', `${config}: ${from ?? 'none'} → ${to}${from === to ? ' (the same)' : ''}`),
    ),
    ...plan.variables.map((name) => row('variable', `${name}: set from a reference (value not shown)`)),
    ...plan.labels.map((name) => row('label', `${name}: set (value not shown)`)),
    row(
      'strategy',
      `${String(strategy.batchSize)} at a time, ${formatDuration(strategy.batchIntervalMillis)} between batches, ` +
        (strategy.startFirst ? 'new before old' : 'old before new'),
    ),
    row(
      'limits',
      `${formatDuration(timeoutMillis)} in all, ${formatDuration(stallLimitMillis)} without progress, soak ${formatDuration(soakMillis)}`,
    ),
    row('pending', `somebody else's unfinished upgrade: ${onPending}`),
    '',
  ].join('\n');
}
