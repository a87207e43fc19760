/**
 * What `drover doctor` looks at: what has to hold, and what mends it where it does not. The documentation is made from this table. A
 * check that fails stops deployments, or lets them go wrong; one that only warns does not.
 */
export const CHECKS = {
  node: {
    looks: 'the version of Node.js that runs this command is one that Drover is made for',
    mend: 'install Node.js 20.19 or newer',
  },
  configuration: {
    looks: 'drover.yaml: which one is read, and whether it is valid',
    mend: 'mend the place that is named; docs/configuration.md has every key',
  },
  temporal: {
    looks: 'Temporal answers at its address, over TLS where that is asked for, and takes the credentials',
    mend: 'start Temporal, or set TEMPORAL_ADDRESS, TEMPORAL_TLS… or TEMPORAL_API_KEY',
  },
  'temporal-version': {
    looks: "the version of Temporal's server: 1.29 or newer is what Drover is tried with",
    mend: 'update the server',
  },
  'temporal-web': {
    looks: "the address of Temporal's Web UI is known and answers: links into it are printed",
    mend: 'set temporal.webUrl in drover.yaml, or TEMPORAL_UI_URL',
  },
  namespace: { looks: 'the namespace exists', mend: 'drover setup --create-namespace' },
  'search-attributes': {
    looks: "all of Drover's search attributes are registered, with the type Keyword",
    mend: 'drover setup; for one of another type, temporal operator search-attribute remove before it',
  },
  retention: {
    looks:
      'deployments that are over are kept for a week at least: for so long a request id is recognised and the audit finds them',
    mend: 'temporal operator namespace update --retention 720h',
  },
  'workflow-worker': {
    looks:
      'some worker takes workflows from the task queue, and asked for work not long ago; where workers are versioned, one of the build that new work goes to',
    mend: 'drover worker; where no build is current, drover versions promote BUILD',
  },
  worker: {
    looks: "a worker takes the environment's activities from its task queue, and asked for work not long ago",
    mend: 'drover worker --environments ALIAS',
  },
  'worker-version': {
    looks: "the environment's worker answers a question, and is of the version of this command",
    mend: 'install one version on both, and start the worker again',
  },
  codec: {
    looks:
      "the codec's keys can be read on this machine; the environment's worker reads what they encrypt, and its answer can be read with them",
    mend: 'give this command and the worker the same keys: temporal.codec.keys, DROVER_CODEC_KEYS_FILE or DROVER_CODEC_KEYS',
  },
  clock: {
    looks: "this machine's clock agrees with Temporal's to half a minute",
    mend: 'timedatectl set-ntp true',
  },
  keys: {
    looks: "the environment's address, keys, CA and variables can be read on this machine",
    mend: 'set the variable, or write the file, that is named',
  },
  rancher: {
    looks: "Rancher answers at its address, over TLS where that is asked for, and speaks 1.6's API v2-beta",
    mend: 'set rancher.url (or RANCHER_URL), or rancher.ca (or RANCHER_CA_FILE)',
  },
  'rancher-key': { looks: 'Rancher accepts the key', mend: 'make a new key in Rancher: API, Keys' },
  'rancher-project': {
    looks: 'the key sees the environment of Rancher that is configured, and no other alias names the same one',
    mend: 'set environments.ALIAS.project to a name or id that the key sees',
  },
  'rancher-role': {
    looks: 'the key may upgrade, as far as Rancher tells without a write: it offers the action on an active service',
    mend: 'use the key of a member or owner, not a read-only one',
  },
  'rancher-clock': {
    looks: "Rancher's clock, as it dates its answers, agrees to half a minute with that of the machine that asks",
    mend: 'timedatectl set-ntp true',
  },
  'rancher-events': {
    looks: "Rancher's event stream, a websocket, can be opened",
    mend: 'let the proxy before Rancher pass websockets',
  },
} as const satisfies Record<string, { readonly looks: string; readonly mend: string }>;

export type CheckName = keyof typeof CHECKS;

/** How a check came out: it holds; it does not, and deployments work all the same; it does not; it could not be looked at. */
export const CHECK_STATUSES = ['ok', 'warning', 'failed', 'skipped'] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

/** One check, and how it came out. No secret is in it. */
export interface Finding {
  readonly check: CheckName;
  /** Alias of the environment that it is about; null for none in particular. */
  readonly environment: string | null;
  readonly status: CheckStatus;
  /** What was found; for one that was skipped, why. */
  readonly text: string;
  /** The one command or setting that mends it; empty where there is nothing to mend. */
  readonly mend: string;
}

/** Clocks that differ by less are taken for right, milliseconds. */
export const CLOCK_TOLERANCE_MILLIS = 30_000;
/** A shorter retention is warned of, milliseconds. */
export const LEAST_RETENTION_MILLIS = 7 * 86_400_000;
/** Older servers are warned of. */
export const LEAST_TEMPORAL = '1.29.0';
/** As `engines` in package.json has it. */
export const LEAST_NODE = '20.19.0';

/**
 * How far a clock is from ours, whose moment lies between two of ours; 0 where it may be right.
 *
 * @returns milliseconds, positive where the other one is ahead
 */
export function clockDifference(from: number, other: number, to: number): number {
  if (other < from) return other - from;
  return other > to ? other - to : 0;
}

/** Whether a version is at least another one, by their numbers; one that cannot be read is not. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string): number[] => (/^v?(\d+(?:\.\d+)*)/.exec(text)?.[1] ?? '').split('.').map(Number);
  const [have, want] = [numbers(version), numbers(least)];
  for (const [index, wanted] of want.entries()) {
    const had = have[index] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return /^v?\d/.test(version);
}
