import { KEY_ID_PATTERN } from '../../decision/approval-text';
import { z } from 'zod';
import { CONFIRM, ON_EXPIRY, ON_PENDING, type Policy } from '../../decision/policy';
import { parseRancherUrl } from '../../rancher/rancher-url';
import { gatesSchema } from './gates';
import { probesSchema } from './probes';
import { notificationsSchema } from './notifications';
import { whyBadBuildId, whyBadDeployment } from './versioning';
import { choice, count, duration, fileVersion, flag, named, quote, secret, section, text } from './schema-pieces';

// What `drover.yaml` may hold; `docs/configuration.md` is its reference. Bounds are wide: they catch slips, not wishes.

/** Longest alias of an environment: it is a part of workflow ids and of queue names. */
const ALIAS_LENGTH = 64;

/** Why `alias` cannot name an environment, or `undefined` when it can. */
export function whyBadAlias(alias: string): string | undefined {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._ -]*[A-Za-z0-9._-])?$/.test(alias) && alias.length <= ALIAS_LENGTH) return undefined;
  return `${quote(alias)} cannot name an environment; use at most ${ALIAS_LENGTH} letters, digits, dots, dashes, underscores and inner spaces, and begin with a letter or digit (the name in Rancher goes into project)`;
}

/** Why `url` cannot be Rancher's address, or `undefined` when it can. It repeats no credentials. */
export function whyBadRancherUrl(url: string): string | undefined {
  try {
    parseRancherUrl(url);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const isAddress = (text: string): boolean => /^[^\s/:@]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(text);

/** Why a worker cannot listen on `address`, or `undefined` when it has the form of one. */
export const whyBadListening = (address: string): string | undefined =>
  isAddress(address)
    ? undefined
    : `${/[@?#=]/.test(address) ? 'the text' : quote(address)} is no address to listen on; write host:port without a scheme, such as 127.0.0.1:9464`;

const whyBadAddress = (address: string): string | undefined =>
  isAddress(address)
    ? undefined
    : `${address.includes('@') ? 'the text' : quote(address)} is no address of Temporal; write host:port without a scheme, such as temporal.example.com:7233`;

/** Why `url` cannot be the address of Temporal Web, or `undefined` when it can. It is shown in every link: no credentials, no query. */
export const whyBadWebUrl = (url: string): string | undefined =>
  /^https?:\/\/[^\s@?#]+$/i.test(url)
    ? undefined
    : 'expected the address of Temporal Web, such as https://temporal.example.com';

const whyBadReference = (name: string): string | undefined =>
  /^[^\s=]+$/.test(name) ? undefined : `${quote(name)} cannot be a reference; use a name without spaces and "="`;

const POLICY = {
  onPending: choice(ON_PENDING).optional(),
  batchSize: count(1, 10_000).optional(),
  batchInterval: duration('100ms', '1h').optional(),
  startFirst: flag().optional(),
  stallLimit: duration('1s', '7d').optional(),
  timeout: duration('1s', '30d').optional(),
  settleLimit: duration('0s', '7d').optional(),
  soak: duration('0s', '7d').optional(),
  maxRestarts: count(0, 10_000).optional(),
  confirm: choice(CONFIRM).optional(),
  onExpiry: choice(ON_EXPIRY).optional(),
  rollbackLimit: duration('1s', '7d').optional(),
  finishLimit: duration('1s', '7d').optional(),
  confirmLimit: duration('1s', '90d').optional(),
  parkLimit: duration('1s', '90d').optional(),
  reachLimit: duration('1s', '7d').optional(),
  outageLimit: duration('1s', '30d').optional(),
  requestTimeout: duration('100ms', '10m').optional(),
  pollMin: duration('100ms', '10m').optional(),
  pollMax: duration('100ms', '1h').optional(),
  maxRounds: count(1, 20).optional(),
};

/** A client has no more connections for reads than these at once. */
const MOST_CONCURRENT = 16;

const REQUESTS = {
  perSecond: count(1, 1000).optional(),
  concurrent: count(1, MOST_CONCURRENT).optional(),
};

const RANCHER = {
  url: text('the address of Rancher, such as https://rancher.example.com', whyBadRancherUrl).optional(),
  accessKey: secret().optional(),
  secretKey: secret().optional(),
  keyGrace: duration('0s', '1h').optional(),
  requests: section(REQUESTS).optional(),
  ca: text('the path of a PEM file').optional(),
  events: flag().optional(),
};

const ENVIRONMENT = {
  project: text("the name or id of Rancher's environment").optional(),
  rancher: section(RANCHER).optional(),
  policy: section(POLICY).optional(),
  variables: named(secret(), whyBadReference).optional(),
  labels: flag().optional(),
  gates: gatesSchema.optional(),
  probes: probesSchema.optional(),
  notifications: notificationsSchema.optional(),
};

function whyBadKeyId(id: string): string | undefined {
  return KEY_ID_PATTERN.test(id) ? undefined : 'the id of a key has 1 to 64 letters, digits, "_" and "-"';
}

const VERSIONING = {
  enabled: flag().optional(),
  deployment: text('the name of a Worker Deployment', whyBadDeployment).optional(),
  buildId: text('the id of this build', whyBadBuildId).optional(),
};

const WORKER = {
  environments: z.array(text('the name of an environment')).min(1).optional(),
  maxConcurrentActivities: count(1, 10_000).optional(),
  maxConcurrentWorkflowTasks: count(2, 10_000).optional(),
  maxCachedWorkflows: count(0, 1_000_000).optional(),
  shutdownGraceTime: duration('0s', '1h').optional(),
  metricsAddress: text('an address to serve metrics on, such as 127.0.0.1:9464', whyBadListening).optional(),
  healthAddress: text('an address to tell health on, such as 127.0.0.1:9465', whyBadListening).optional(),
  digestSecret: secret().optional(),
  approvalKeys: named(secret(), whyBadKeyId).optional(),
  allowExec: flag().optional(),
  versioning: section(VERSIONING).optional(),
};

/** The whole file. */
export const configurationSchema = section({
  version: fileVersion().optional(),
  temporal: section({
    address: text('the address of Temporal, host:port', whyBadAddress).optional(),
    namespace: text('the name of a Temporal namespace').optional(),
    webUrl: text('the address of Temporal Web', whyBadWebUrl).optional(),
    codec: section({ keys: secret() }).optional(),
  }).optional(),
  rancher: section(RANCHER).optional(),
  defaults: section(POLICY).optional(),
  notifications: notificationsSchema.optional(),
  environments: named(section(ENVIRONMENT), whyBadAlias).optional(),
  worker: section(WORKER).optional(),
});

/** The file's content, checked. */
export type ConfigurationFile = z.infer<typeof configurationSchema>;
/** The policy's keys as a file sets them; durations in milliseconds. */
export type PolicySettings = NonNullable<ConfigurationFile['defaults']>;
/** How to reach Rancher, as a file sets it. */
export type RancherSettings = NonNullable<ConfigurationFile['rancher']>;

/** `base` with what `settings` sets over it. */
export function withPolicySettings(base: Policy, settings: PolicySettings | undefined): Policy {
  if (settings === undefined) return base;
  return {
    onPending: settings.onPending ?? base.onPending,
    strategy: {
      batchSize: settings.batchSize ?? base.strategy.batchSize,
      batchIntervalMillis: settings.batchInterval ?? base.strategy.batchIntervalMillis,
      startFirst: settings.startFirst ?? base.strategy.startFirst,
    },
    label: base.label,
    stallLimitMillis: settings.stallLimit ?? base.stallLimitMillis,
    timeoutMillis: settings.timeout ?? base.timeoutMillis,
    settleLimitMillis: settings.settleLimit ?? base.settleLimitMillis,
    soakMillis: settings.soak ?? base.soakMillis,
    maxRestarts: settings.maxRestarts ?? base.maxRestarts,
    gates: base.gates,
    notify: base.notify,
    confirm: settings.confirm ?? base.confirm,
    onExpiry: settings.onExpiry ?? base.onExpiry,
    rollbackLimitMillis: settings.rollbackLimit ?? base.rollbackLimitMillis,
    finishLimitMillis: settings.finishLimit ?? base.finishLimitMillis,
    confirmLimitMillis: settings.confirmLimit ?? base.confirmLimitMillis,
    parkLimitMillis: settings.parkLimit ?? base.parkLimitMillis,
    reachLimitMillis: settings.reachLimit ?? base.reachLimitMillis,
    outageLimitMillis: settings.outageLimit ?? base.outageLimitMillis,
    requestTimeoutMillis: settings.requestTimeout ?? base.requestTimeoutMillis,
    pollMinMillis: settings.pollMin ?? base.pollMinMillis,
    pollMaxMillis: settings.pollMax ?? base.pollMaxMillis,
    maxRounds: settings.maxRounds ?? base.maxRounds,
  };
}
