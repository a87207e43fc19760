import { z } from 'zod';
import { isJsonObject, ownValue } from './json';

/** What a frame tells of a service, or a read of one. */
export interface ServiceFacts {
  readonly serviceId: string;
  readonly state: string;
  readonly transitioning: 'yes' | 'no' | 'error';
  /** Rancher's own words as they came: they may hold a value of the configuration. */
  readonly message: string | null;
  readonly healthState: string | null;
  readonly removed: boolean;
}

/** What a frame tells of a container. */
export interface ContainerFacts {
  readonly containerId: string;
  /** Empty for one that is removed (recorded in `24-websocket-v2`): only its id tells whose it was. */
  readonly serviceIds: readonly string[];
  readonly state: string;
  readonly healthState: string | null;
  /** Which launch configuration it was made from, as its label has it, and in which version. */
  readonly config: string | null;
  readonly version: string | null;
  readonly removed: boolean;
}

/** One frame of Rancher's event stream, as far as it is of interest. */
export type EventFrame =
  | { readonly kind: 'service'; readonly service: ServiceFacts }
  | { readonly kind: 'container'; readonly container: ContainerFacts }
  /** Rancher lives: about every five seconds. */
  | { readonly kind: 'ping' }
  /** Of something else. */
  | { readonly kind: 'other' }
  /** Nothing that Rancher is known to send. */
  | { readonly kind: 'unread' };

const id = z.string().regex(/^\w{1,64}$/);
const state = z.string().regex(/^[a-z][a-z-]{0,63}$/);
const text = z.string().nullable().catch(null);

const serviceSchema = z.object({
  id,
  state,
  accountId: text,
  transitioning: z.enum(['yes', 'no', 'error']).catch('no'),
  transitioningMessage: text,
  healthState: state.nullable().catch(null),
  removed: text,
});
const containerSchema = z.object({
  id,
  state,
  accountId: text,
  serviceIds: z.array(id).max(1000).catch([]),
  healthState: state.nullable().catch(null),
  version: text,
  removed: text,
  labels: z.object({ 'io.rancher.service.launch.config': text }).catch({ 'io.rancher.service.launch.config': null }),
});

/**
 * Reads one frame; it never fails.
 *
 * @param projectId - of the subscription: what is said to belong to another one is of no interest
 */
export function readEventFrame(content: string, projectId: string): EventFrame {
  let parsed: unknown;
  try {
    // Numbers that JavaScript cannot hold are not read here, and nothing of it is posted back.
    parsed = JSON.parse(content);
  } catch {
    return { kind: 'unread' };
  }
  // Most frames are of no interest: they are known by this much, before anything is read by a schema.
  const name = valueOf(parsed, 'name');
  if (typeof name !== 'string') return { kind: 'unread' };
  if (name === 'ping') return { kind: 'ping' };
  if (name !== 'resource.change') return { kind: 'other' };
  const resource = valueOf(valueOf(parsed, 'data'), 'resource');
  const [baseType, type] = [valueOf(resource, 'baseType'), valueOf(resource, 'type')];
  if (baseType === 'service' || type === 'service') return serviceFrame(resource, projectId);
  if (baseType === 'instance' || type === 'container') return containerFrame(resource, projectId);
  return { kind: 'other' };
}

function valueOf(object: unknown, key: string): unknown {
  return isJsonObject(object) ? ownValue(object, key) : undefined;
}

function serviceFrame(resource: unknown, projectId: string): EventFrame {
  const read = serviceSchema.safeParse(resource);
  if (!read.success) return { kind: 'unread' };
  const { id: serviceId, accountId, state, transitioning, transitioningMessage, healthState, removed } = read.data;
  if (accountId !== null && accountId !== projectId) return { kind: 'other' };
  return {
    kind: 'service',
    service: { serviceId, state, transitioning, message: transitioningMessage, healthState, removed: removed !== null },
  };
}

function containerFrame(resource: unknown, projectId: string): EventFrame {
  const read = containerSchema.safeParse(resource);
  if (!read.success) return { kind: 'unread' };
  const { id: containerId, accountId, serviceIds, state, healthState, labels, version, removed } = read.data;
  if (accountId !== null && accountId !== projectId) return { kind: 'other' };
  const config = labels['io.rancher.service.launch.config'];
  return {
    kind: 'container',
    container: { containerId, serviceIds, state, healthState, config, version, removed: removed !== null },
  };
}
