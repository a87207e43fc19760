import type { AuditEvent, AuditSummary } from '../audit';
import { jsonLine } from '../render/clean';

/** An event as a line of the export. */
export function auditLine({ entry, ...place }: AuditEvent): string {
  const { id, at, unreadable, ...what } = entry;
  // What was asked has both ids itself.
  return jsonLine({
    type: 'event',
    id,
    at: new Date(at).toISOString(),
    ...place,
    ...what,
    ...(unreadable.length === 0 ? {} : { unreadable }),
  });
}

/** The last line: it says that the export is whole, and where the next one begins. */
export function auditEnd({ since, until, ...rest }: AuditSummary, environment: string | undefined): string {
  return jsonLine({
    type: 'audit',
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    environment: environment ?? null,
    ...rest,
    complete: true,
    exitCode: 0,
  });
}
