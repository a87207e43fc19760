import { filled } from '../../activities/gates/send-probe';
import type { Gate } from '../../decision/gate';
import type { Policy } from '../../decision/policy';
import type { DeploymentRequest, PolicyOverrides } from '../../decision/request';
import type { Configuration } from './configuration';

/**
 * The policy that holds for one deployment: what the request sets, over the environment's, over `defaults`, over Drover's own.
 *
 * @throws ConfigurationError for an environment that is not configured.
 */
export function resolvePolicy(configuration: Configuration, environment: string, overrides: PolicyOverrides): Policy {
  const { policy } = configuration.environment(environment);
  return {
    ...policy,
    onPending: overrides.onPending ?? policy.onPending,
    strategy: {
      batchSize: overrides.batchSize ?? policy.strategy.batchSize,
      batchIntervalMillis: overrides.batchIntervalMillis ?? policy.strategy.batchIntervalMillis,
      startFirst: overrides.startFirst ?? policy.strategy.startFirst,
    },
    timeoutMillis: overrides.timeoutMillis ?? policy.timeoutMillis,
    soakMillis: overrides.soakMillis ?? policy.soakMillis,
  };
}

/** The same for a deployment of one service, with the gates that are for it and those who are told. */
export function policyFor(
  configuration: Configuration,
  environment: string,
  { overrides, stack, service }: Pick<DeploymentRequest, 'overrides' | 'stack' | 'service'>,
): Policy {
  const names = { environment, stack, service };
  const { gates, notifications } = configuration.environment(environment);
  return {
    ...resolvePolicy(configuration, environment, overrides),
    gates: [...gates.values()].filter((one) => one.isFor(stack, service)).map(({ gate }) => asking(gate, names)),
    notify: [...notifications.values()].map(({ target }) => target),
  };
}

/** The address in words as it is asked, with the names in it; a program's path has none. */
function asking(gate: Gate, names: Readonly<Record<string, string>>): Gate {
  return gate.kind === 'http' ? { ...gate, asks: filled(gate.asks, names, encodeURIComponent) } : gate;
}
