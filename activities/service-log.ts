import type { ServiceLogLine } from '../decision/diagnosis';
import { redactor } from '../rancher/redact';
import { oneLine } from '../rancher/wording';
import type { Target } from './contract';
import type { OpenService } from './open-service';

/** Lines that one answer tells, the newest. */
const LINES = 12;
/** Lines that are read for them: those of other upgrades are left out. */
const LINES_READ = 50;
const TEXT_LIMIT = 300;
/** Rancher tells times to the second, and by its own clock. */
const CLOCK_SLACK_MILLIS = 5_000;

/**
 * Rancher's own log about a service since a moment, the newest last. It only explains: where it cannot be read, it is empty, and nothing
 * fails for it.
 */
export async function readServiceLog(
  open: Pick<OpenService, 'client' | 'hidden'>,
  { projectId, serviceId }: Pick<Target, 'projectId' | 'serviceId'>,
  since: number,
  signal: AbortSignal,
): Promise<ServiceLogLine[]> {
  const entries = await open.client.serviceLogs(projectId, serviceId, LINES_READ, signal).catch(() => []);
  const told = redactedLine(open.hidden);
  return entries
    .filter(({ createdTS, description }) => description !== null && (createdTS ?? 0) >= since - CLOCK_SLACK_MILLIS)
    .slice(-LINES)
    .map(({ createdTS, level, description }) => ({
      at: createdTS ?? since,
      // A word of Rancher's own: a service may have the same one among its values.
      level: /^[a-z]{1,12}$/i.test(level ?? '') ? (level ?? 'info') : 'info',
      text: told(description ?? ''),
    }));
}

/** Makes one bounded line of Rancher's words, without the texts that no message may repeat. */
export function redactedLine(hidden: readonly string[]): (text: string) => string {
  const redact = redactor(hidden);
  return (text) => oneLine(redact(text)).slice(0, TEXT_LIMIT);
}
