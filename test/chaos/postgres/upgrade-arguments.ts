import type { UpgradeInput } from '../../../client/input/upgrade-input';

/** What a person would type for a generated request. Whatever the command line has no option for is refused here. */
export function upgradeArguments(input: UpgradeInput): string[] {
  const { environment, stack, service, image, sidekicks, variables, labels, redeploy, hold, requestId } = input;
  const { batchSize, batchIntervalMillis, startFirst, soakMillis, timeoutMillis, onPending, ...rest } =
    input.overrides ?? {};
  if (Object.keys(rest).length > 0) throw new Error(`there is no option for ${Object.keys(rest).join(', ')}`);
  const one = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [name, String(value)];
  const millis = (name: string, value: number | undefined): string[] =>
    one(name, value === undefined ? undefined : `${value}ms`);
  const pairs = (name: string, values: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(values).flatMap(([key, value]) => [name, `${key}=${value}`]);
  return [
    ...['upgrade', environment, `${stack}/${service}`, '--json'],
    ...one('--image', image),
    ...pairs('--sidekick', sidekicks),
    ...pairs('--variable', variables),
    ...pairs('--label', labels),
    ...one('--batch-size', batchSize),
    ...millis('--batch-interval', batchIntervalMillis),
    ...millis('--soak', soakMillis),
    ...millis('--timeout', timeoutMillis),
    ...one('--on-pending', onPending),
    ...(startFirst === true ? ['--start-first'] : []),
    ...(redeploy === true ? ['--redeploy'] : []),
    ...(hold === true ? ['--hold'] : []),
    ...one('--request-id', requestId),
  ];
}
