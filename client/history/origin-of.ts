import type { RecordedEvent } from './recorded-event';

/**
 * The lasting ids of a run's events: a reset copies the events before it into the new run, and they keep the id that they had where they
 * happened.
 *
 * @param origins the same of the runs before, by their id, as far as they are known
 */
export function originOf(
  runId: string,
  history: readonly RecordedEvent[],
  origins: ReadonlyMap<string, (eventId: number) => string> = new Map(),
): (eventId: number) => string {
  const resets = history.filter((event) => event.type === 'reset');
  return (eventId) => {
    const [first] = resets.filter(({ id }) => eventId < id);
    const last = resets.at(-1);
    if (first === undefined || last === undefined) return `${runId}/${String(eventId)}`;
    // The run before knows its own copies; else the first reset after the event tells the run in which it happened.
    return origins.get(last.baseRunId)?.(eventId) ?? `${first.baseRunId}/${String(eventId)}`;
  };
}
