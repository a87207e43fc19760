import { exitCodeOf, VERDICTS } from '../../decision/verdict';
import { triedText } from '../../decision/tried';
import type { PhaseSpan } from '../../workflows/contract';
import type { FollowedDeployment } from '../follow/follow-event';
import { formatDuration } from '../input/duration';
import type { Outcome } from '../outcome';
import { clean } from './clean';

/** One line of the end of a deployment. */
export interface FinalLine {
  readonly label: 'verdict' | 'reason' | 'tried' | 'next' | 'time' | 'rancher' | 'temporal';
  readonly text: string;
}

/** What is said at the end: verdict, reason, next step, where the time went, and where to look. */
export function finalLines(outcome: Outcome, deployment: FollowedDeployment | null): readonly FinalLine[] {
  const { verdict, reason, nextStep, result, person } = outcome;
  const rancherUrl = result?.rancherUrl ?? person?.rancherUrl ?? null;
  const holds = exitCodeOf(verdict) === 0;
  const images = (holds ? (result?.images ?? []) : []).map(({ config, to }) =>
    config === 'primary' ? to : `${config}=${to}`,
  );
  // Somebody wanted it back: then "it did not hold" is not so, nor is there a cause to find.
  const asAsked = verdict === 'rolled-back' && reason.startsWith('rollback by ');
  const lines: readonly (FinalLine | false)[] = [
    {
      label: 'verdict',
      text: `${verdict}: ${outcome.meaning ?? (asAsked ? 'as asked' : VERDICTS[verdict].meaning)}${images.length === 0 ? '' : ` (${images.join(', ')})`}`,
    },
    reason !== '' && { label: 'reason', text: reason },
    ...(person?.tried ?? result?.tried ?? []).map((one) => ({ label: 'tried' as const, text: triedText(one) })),
    nextStep !== '' && !asAsked && { label: 'next', text: nextStep },
    result !== null && result.timeline.length > 0 && { label: 'time', text: timeLine(result.timeline) },
    rancherUrl !== null && { label: 'rancher', text: rancherUrl },
    deployment !== null && deployment.link !== null && { label: 'temporal', text: deployment.link },
  ];
  return lines.filter((line) => line !== false).map(({ label, text }) => ({ label, text: clean(text) }));
}

/** `resolving 0.3 s · upgrading 0.4 s · waiting 12 s · total 13 s`; a phase that came twice is counted together. */
export function timeLine(timeline: readonly PhaseSpan[]): string {
  const spent = new Map<string, number>();
  for (const { phase, from, to } of timeline) spent.set(phase, (spent.get(phase) ?? 0) + to - from);
  const parts = [...spent].map(([phase, millis]) => `${phase} ${formatDuration(millis)}`);
  const total = (timeline.at(-1)?.to ?? 0) - (timeline[0]?.from ?? 0);
  return [...parts, `total ${formatDuration(total)}`].join(' · ');
}
