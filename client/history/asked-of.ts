import type { Asked } from './history-entry';
import { names, property, textOrNull, texts } from './read-value';
import { valueOf } from './recorded-event';
import type { RecordedEvent } from './recorded-event';

/** What was asked. Search attributes tell some of it where the request itself cannot be read. */
export function askedOf({ input, attributes, identity }: Extract<RecordedEvent, { readonly type: 'started' }>): Asked {
  const request = valueOf(input);
  const author = property(request, 'author');
  return {
    event: 'asked',
    by: textOrNull(property(author, 'by')) ?? attributes['DroverRequester'] ?? null,
    why: textOrNull(property(author, 'why')),
    requestId: textOrNull(property(request, 'requestId')) ?? attributes['DroverRequest'] ?? null,
    deploymentId: textOrNull(property(request, 'deploymentId')),
    image: textOrNull(property(request, 'image')) ?? (input.isReadable ? null : (attributes['DroverImage'] ?? null)),
    sidekicks: texts(property(request, 'sidekicks')),
    variables: names(property(request, 'variables')),
    labels: names(property(request, 'labels')),
    redeploy: property(request, 'redeploy') === true,
    hold: property(request, 'hold') === true,
    overrides: overridesOf(property(request, 'overrides')),
    identity,
  };
}

/** What the command line set over the policy, as it would be written again. */
function overridesOf(given: unknown): readonly string[] {
  const millis = (name: string): number | null => {
    const value = property(given, name);
    return typeof value === 'number' ? value : null;
  };
  const onPending = textOrNull(property(given, 'onPending'));
  const batchSize = property(given, 'batchSize');
  const [interval, timeout, soak] = [millis('batchIntervalMillis'), millis('timeoutMillis'), millis('soakMillis')];
  return [
    ...(onPending === null ? [] : [`--on-pending ${onPending}`]),
    ...(typeof batchSize === 'number' ? [`--batch-size ${String(batchSize)}`] : []),
    ...(interval === null ? [] : [`--batch-interval ${String(interval)}ms`]),
    ...(property(given, 'startFirst') === true ? ['--start-first'] : []),
    ...(timeout === null ? [] : [`--timeout ${String(timeout)}ms`]),
    ...(soak === null ? [] : [`--soak ${String(soak)}ms`]),
  ];
}
