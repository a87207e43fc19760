import { createHash } from 'node:crypto';
import type { ActivityDependencies, EnvironmentAccess, NotifyDependencies } from '../activities/dependencies';
import { nearest } from './config/nearest';
import { headersOfProbe } from './config/probes';
import type { ServiceWatch } from '../activities/service-watch';
import type { Policy } from '../decision/policy';
import { Circuit, WIDEST_PROBE_MILLIS } from '../rancher/circuit';
import type { CircuitChange } from '../rancher/circuit';
import type { ObservedRequest } from '../rancher/observed-request';
import { RequestGate } from '../rancher/request-gate';
import { RancherClient } from '../rancher/rancher-client';
import type { RancherClientOptions } from '../rancher/rancher-client';
import { parseRancherUrl } from '../rancher/rancher-url';
import type { Configuration } from './config/configuration';
import { ConfigurationError } from './config/configuration-error';
import type { PreparedEnvironment } from './config/prepare-environment';
import { policyFor, resolvePolicy } from './config/resolve-policy';
import { KeyWatch } from './key-watch';
import { whyBadRancherUrl } from './config/schema';

/** Who is told of what happens between the worker and one environment's Rancher. */
export interface RancherWatch {
  /** When its Rancher goes, and when it is back. */
  readonly onChange?: (change: CircuitChange) => void;
  /** When a request has ended. */
  readonly onRequest?: (request: ObservedRequest) => void;
  /** Makes what watches its event stream. Left out: nothing does. */
  readonly watch?: ((client: () => RancherClient) => ServiceWatch) | undefined;
}

/**
 * What the activities of one environment's queue are given: that environment, and of the others those that the worker serves too, for what
 * is read in one and written in the other.
 */
export function dependenciesOf(
  configuration: Configuration,
  environment: PreparedEnvironment,
  digestKey: Uint8Array,
  { onChange, onRequest, watch }: RancherWatch = {},
  alsoServed: (alias: string) => EnvironmentAccess | undefined = () => undefined,
  own: Pick<ActivityDependencies, 'installation' | 'leavesAlone'> = {},
): ActivityDependencies {
  const circuit = new Circuit({
    widestProbeMillis: widestProbeOf(resolvePolicy(configuration, environment.alias, {})),
    ...(onChange === undefined ? {} : { onChange }),
  });
  const gate = new RequestGate({ circuit, ...environment.configuration.requests });
  const access = accessOf(configuration, environment, { gate, onRequest }, watch);
  return {
    digestKey,
    alsoServed,
    ...own,
    environment: (alias) => {
      if (alias === environment.alias) return access;
      const message = `this queue serves the environment ${environment.alias}, not ${JSON.stringify(alias)}`;
      throw new ConfigurationError([{ where: undefined, message }]);
    },
  };
}

/** Deployments that give Rancher little time are not to miss its return: a probe takes no more than a twentieth of that. */
export function widestProbeOf({ reachLimitMillis }: Pick<Policy, 'reachLimitMillis'>): number {
  return Math.min(WIDEST_PROBE_MILLIS, reachLimitMillis / 20);
}

function accessOf(
  configuration: Configuration,
  environment: PreparedEnvironment,
  shared: SharedByClients,
  watch: RancherWatch['watch'],
): EnvironmentAccess {
  const { alias, project, webUrl } = environment;
  const client = clientFactory(environment, shared);
  return {
    ...{ alias, project, webUrl, client, watch: watch?.(client), events: environment.configuration.events },
    policy: (request) => policyFor(configuration, alias, request),
    gate: (name) => {
      const found = environment.configuration.gates.get(name);
      if (found !== undefined) return found.settings();
      const message = `environment ${alias} has no gate ${JSON.stringify(name)} any more: it was taken out of the configuration`;
      throw new ConfigurationError([{ where: environment.configuration.where, message }]);
    },
    probe: (url, headers) => headersOfProbe(alias, environment.configuration.probes, url, headers),
    twinOf: ({ id, name }) =>
      [...configuration.environments.values()].find(
        (other) =>
          other.alias !== alias && [id, name].includes(other.project ?? '') && serverOf(other.url?.value) === webUrl,
      )?.alias,
    variable: (reference) => {
      const source = environment.configuration.variables.get(reference);
      if (source !== undefined) return source.read();
      throw new ConfigurationError([
        { where: environment.configuration.where, message: unknownReference(environment, reference) },
      ]);
    },
  };
}

/** What the activities of one environment's queue for telling people are given. */
export function notifyDependenciesOf(
  configuration: Configuration,
  environment: PreparedEnvironment,
): NotifyDependencies {
  const { notifications, where, alias } = environment.configuration;
  const { webUrl, namespace } = configuration.temporal;
  return {
    target: (name) => {
      const found = notifications.get(name);
      if (found !== undefined) return found.settings();
      const message = `environment ${alias} has no notification ${JSON.stringify(name)} any more: it was taken out of the configuration`;
      throw new ConfigurationError([{ where, message }]);
    },
    workflowUrl: (workflowId, runId) => {
      if (webUrl === undefined) return null;
      const parts = [namespace, 'workflows', workflowId, runId].map(encodeURIComponent);
      return `${webUrl}/namespaces/${parts.join('/')}`;
    },
  };
}

/** What outlives the change of a key. */
type SharedByClients = Pick<RancherClientOptions, 'gate' | 'onRequest'>;

/** As {@link PreparedEnvironment.webUrl}; undefined where there is no address, or none that can be used. */
function serverOf(url: string | undefined): string | undefined {
  if (url === undefined || whyBadRancherUrl(url) !== undefined) return undefined;
  const { origin, basePath } = parseRancherUrl(url);
  return `${origin}${basePath}`;
}

/** The reference itself is not repeated: it may be the value, typed where its name belongs. */
function unknownReference(environment: PreparedEnvironment, reference: string): string {
  const known = [...environment.configuration.variables.keys()];
  const near = nearest(reference, known);
  const all =
    known.length === 0 ? 'none is configured (environments.<name>.variables)' : `configured: ${known.join(', ')}`;
  return `environment ${environment.alias} has no variable of the name that the request refers to (--variable KEY=REFERENCE); ${near === undefined ? '' : `did you mean ${near}? `}${all}`;
}

/**
 * One client for as long as the keys stay the same, for the sake of its connections; a key that changed makes a new one, which still
 * knows whether Rancher answers.
 */
function clientFactory(environment: PreparedEnvironment, shared: SharedByClients): () => RancherClient {
  const keyWatch = new KeyWatch(
    [environment.accessKey, environment.secretKey],
    environment.configuration.keyGraceMillis,
  );
  let current: { readonly keys: string; readonly client: RancherClient } | undefined;
  return () => {
    const accessKey = environment.accessKey.read();
    const secretKey = environment.secretKey.read();
    const keys = createHash('sha256')
      .update(JSON.stringify([accessKey, secretKey]))
      .digest('hex');
    if (current?.keys === keys) return current.client;
    const { url, ca, configuration } = environment;
    const requestTimeoutMillis = configuration.policy.requestTimeoutMillis;
    const watched = {
      ...shared,
      onRefusedKey: () => keyWatch.refused(),
      onRequest: (request: ObservedRequest) => {
        keyWatch.saw(request);
        shared.onRequest?.(request);
      },
    };
    // The former client is not closed: an activity may be using it; its idle connections end by themselves.
    current = { keys, client: new RancherClient({ url, accessKey, secretKey, ca, requestTimeoutMillis, ...watched }) };
    return current.client;
  };
}
