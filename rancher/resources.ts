import { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { isJsonObject } from './json';
import type { JsonObject, JsonValue } from './json';

/*
 * What Drover reads of Rancher's resources (v2-beta). Each schema asks for the few fields without which a reply cannot be
 * used, takes a sensible default for every other one that is missing or odd, and lets unknown fields stay as they are.
 * Launch configurations are opaque: the very value that was parsed, never a copy, so that it can be posted back whole.
 */

/** Rancher's ids: "1a5", "1st2". They go into URLs. */
const id = z.string().regex(/^\w{1,64}$/);
/** Rancher's own columns hold 255. */
const name = z.string().max(1000);
/** "updating-active" */
const state = z.string().regex(/^[a-z][a-z-]{0,63}$/);
/** A kind of resource: "loadBalancerService". */
const word = z.string().regex(/^\w{1,64}$/);
/** A text that may be missing; anything but text reads as null. */
const text = z.string().nullable().catch(null);
/** A count; a number written as 2.0 or "2" still counts, anything else reads as null. */
const count = z
  .preprocess((value) => {
    if (value instanceof LosslessNumber) return Number(value.value);
    return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  }, z.number().int().nonnegative().nullable())
  .catch(null);
const flag = z
  .preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean().nullable())
  .catch(null);
const opaqueObject = z.custom<JsonObject>(isJsonObject).nullable().catch(null);
const opaqueObjects = z
  .custom<JsonValue[]>(Array.isArray)
  .transform((items) => items.filter(isJsonObject))
  .catch([]);
const transitioning = z.enum(['yes', 'no', 'error']).catch('no');
const ids = z
  .array(z.unknown())
  .transform((items) => items.filter((item) => typeof item === 'string'))
  .catch([]);
const texts = z.custom<JsonObject>(isJsonObject).transform((map): Record<string, string> => {
  const entries = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
});
const textMap = texts.catch({});

/** Reads a project ("environment" in Rancher's UI). */
export const projectSchema = z.looseObject({
  id,
  name,
  state,
  removed: text,
});
/** An environment, as Rancher's API calls it. */
export type Project = z.output<typeof projectSchema>;

/** Reads a stack. */
export const stackSchema = z.looseObject({
  id,
  name,
  state,
  accountId: id,
  description: text,
  removed: text,
});
/** A stack; `accountId` is its project's id. */
export type Stack = z.output<typeof stackSchema>;

/** Reads a service of any kind (also load balancers, DNS and external services). */
export const serviceSchema = z.looseObject({
  id,
  type: word.catch('service'),
  name,
  state,
  stackId: id,
  accountId: id,
  kind: word.catch('service'),
  /** How many were asked for; 1 for a global service, whatever its hosts. */
  scale: count,
  /** Says nothing of an upgrade's progress. */
  currentScale: count,
  healthState: state.nullable().catch(null),
  /** "error" is not terminal: Rancher tries again. */
  transitioning,
  transitioningMessage: text,
  /** When it was removed; a removed service stays readable by id for a while. */
  removed: text,
  retainIp: flag,
  startOnCreate: flag,
  /** The whole primary configuration, opaque. */
  launchConfig: opaqueObject,
  /** The sidekicks' configurations, opaque; each has a `name`. */
  secondaryLaunchConfigs: opaqueObjects,
  /** Stale and never cleared: no decision may rest on it. */
  upgrade: opaqueObject,
  /** Names (and URLs, which are not to be followed) of what the state and the key allow now. */
  actions: textMap,
  instanceIds: ids,
  /** Ids of the services that it is linked to, by the names of the links; null where there never were any. */
  linkedServices: texts.nullable().catch(null),
});
/** A service; `launchConfig`, `secondaryLaunchConfigs` and `upgrade` are opaque JSON. */
export type ServiceResource = z.output<typeof serviceSchema>;

/** Reads a stack written as compose files; they hold the values of its services. */
export const composeConfigSchema = z.looseObject({
  dockerComposeConfig: z.string(),
  rancherComposeConfig: z.string(),
});
/** A stack as compose files. */
export type ComposeConfig = z.output<typeof composeConfigSchema>;

/** Reads an instance (a container). */
export const instanceSchema = z
  .looseObject({
    id,
    type: word.catch('container'),
    name: text,
    state,
    healthState: state.nullable().catch(null),
    /** The version of the launch configuration that it was made from. */
    version: text,
    labels: textMap,
    startCount: count,
    transitioning,
    transitioningMessage: text,
    imageUuid: text,
    hostId: text,
    deploymentUnitUuid: text,
    createIndex: count,
    firstRunning: text,
    created: text,
    removed: text,
    /** Exit code of a stopped container, where a server shows one; none of the recordings does. */
    exitCode: count,
  })
  .transform((instance) => ({
    ...instance,
    launchConfigName: instance.labels['io.rancher.service.launch.config'] ?? null,
  }));
/** A container of a service; `launchConfigName` is {@link PRIMARY_LAUNCH_CONFIG} or a sidekick's name. */
export type InstanceResource = z.output<typeof instanceSchema>;

/** How an instance's label `io.rancher.service.launch.config` names the primary launch configuration. */
export const PRIMARY_LAUNCH_CONFIG = 'io.rancher.service.primary.launch.config';

/** Reads one entry of a service's log: Rancher's own progress in words. */
export const serviceLogEntrySchema = z.looseObject({
  id,
  serviceId: text,
  instanceId: text,
  description: text,
  eventType: text,
  level: text,
  created: text,
  /** Milliseconds since 1970, to the second. */
  createdTS: count,
  endTime: text,
  subLog: flag,
  transactionId: text,
});
/** One entry of a service's log. */
export type ServiceLogEntry = z.output<typeof serviceLogEntrySchema>;

/** Reads one page of a collection; its items are read by their own schema. */
export const collectionSchema = z.looseObject({
  type: z.literal('collection'),
  data: z.custom<JsonValue[]>(Array.isArray, 'expected a list'),
  pagination: z.looseObject({ next: text, partial: flag }).nullable().catch(null),
});
