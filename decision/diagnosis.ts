import { calledConfig } from './proof';

/**
 * What a deployment that does not get on looked like, read before anything was undone: afterwards the containers are gone. Names, states
 * and Rancher's own words; never a value of a configuration. Times in milliseconds since the epoch.
 */
export interface Diagnosis {
  readonly at: number;
  /** The service's state. */
  readonly state: string;
  /** Rancher's own words about the service, null where it has none. */
  readonly message: string | null;
  /** The containers that explain it, the worst first; at most {@link MOST_CONTAINERS}. */
  readonly containers: readonly AilingContainer[];
  /** How many more there are. */
  readonly containersLeftOut: number;
  /** What Rancher logged about the service since the deployment began, the newest last. */
  readonly serviceLog: readonly ServiceLogLine[];
}

/** A container that is not as it should be. */
export interface AilingContainer {
  readonly name: string;
  /** `primary` or the sidekick's name; null where Rancher's words name the container and nothing more. */
  readonly config: string | null;
  /** It belongs to the upgrade, not to what ran before. */
  readonly isNew: boolean;
  /** Rancher's words: `running`, `stopped`, `error`, … */
  readonly state: string;
  readonly healthState: string | null;
  /** Of an ended one, where Rancher shows it. */
  readonly exitCode: number | null;
  /** Rancher's own words about it. */
  readonly message: string | null;
  /** How often it was started again. */
  readonly restarts: number;
  /** Its page in Rancher's UI, where its log can be read. */
  readonly url: string | null;
  /** When it was seen, milliseconds since the epoch, where Rancher has taken it away since; null where it was there at the diagnosis. */
  readonly seenAt: number | null;
}

/** One line of Rancher's own log about a service. */
export interface ServiceLogLine {
  readonly at: number;
  readonly level: string;
  readonly text: string;
}

/** Containers that one diagnosis names. */
export const MOST_CONTAINERS = 5;

/** How bad a container is from which on it fails, and does not only take its time: see {@link ailmentOf}. */
export const FAILS = 4;

/** How bad a container is: 0 where nothing is wrong with it. */
export function ailmentOf(container: {
  readonly state: string;
  readonly healthState: string | null;
  readonly hasHealthCheck: boolean;
  readonly startOnce: boolean;
  readonly exitCode: number | null;
  readonly restarts: number;
  /** It is one of those that should run. */
  readonly isWanted: boolean;
}): number {
  const { state, healthState, hasHealthCheck, startOnce, exitCode, restarts, isWanted } = container;
  if (state === 'error' || state === 'erroring') return 6;
  // What is being replaced is stopped on purpose: that is no ailment.
  if (!isWanted) return 0;
  if (state === 'stopped') return startOnce && (exitCode === 0 || exitCode === null) ? 0 : 5;
  if (hasHealthCheck && state === 'running' && healthState !== 'healthy') return healthState === 'unhealthy' ? 4 : 3;
  if (restarts > 0) return 2;
  return state === 'running' ? 0 : 1;
}

/** A container in a line: `storefront-web-2 (primary, new): stopped, exit code 137, started again 3 times; Rancher says: …`. */
export function containerText(container: AilingContainer): string {
  const { name, config, isNew, state, healthState, exitCode, restarts, message, seenAt } = container;
  const facts = [
    state,
    ...(healthState === null || healthState === 'healthy' ? [] : [healthState]),
    ...(exitCode === null ? [] : [`exit code ${exitCode}`]),
    ...(restarts === 0 ? [] : [`started again ${restarts === 1 ? 'once' : `${restarts} times`}`]),
  ];
  const words = message === null ? '' : `; Rancher says: ${message}`;
  const gone =
    seenAt === null
      ? ''
      : `; seen at ${new Date(seenAt).toISOString().slice(11, 19)} UTC, Rancher has taken it away since`;
  const what = [...(config === null ? [] : [calledConfig(config)]), isNew ? 'new' : 'from before'].join(', ');
  return `${name} (${what}): ${facts.join(', ')}${words}${gone}`;
}

/**
 * The container that Rancher's words about a service say has failed, in `…[container:1i191] in state [error]: Allocation failed: …`. Rancher takes
 * such a container away and makes another one every few seconds, and goes on saying it. Null where they name none.
 */
export function namedInWords(message: string | null, url: string | null): AilingContainer | null {
  const found = /\[container:(1i\d{1,18})\] in state \[(error|erroring)\](?:: (.+))?$/s.exec(message ?? '');
  const [, name, state, words] = found ?? [];
  if (name === undefined || state === undefined) return null;
  return {
    ...{ name, state, url, config: null, isNew: true, healthState: null, exitCode: null, restarts: 0, seenAt: null },
    message: words ?? null,
  };
}

/** What was found now, and the container that was seen to fail before, where none that fails is there just now. */
export function withSeenBefore(now: Diagnosis, before: Diagnosis | null): Diagnosis {
  const isTold = now.containers.some(isFailing);
  const seen = before?.containers.find(isFailing);
  if (isTold || before === null || seen === undefined) return now;
  return {
    ...now,
    containers: [{ ...seen, seenAt: seen.seenAt ?? before.at }, ...now.containers].slice(0, MOST_CONTAINERS),
  };
}

function isFailing({ state, healthState }: AilingContainer): boolean {
  return ['error', 'erroring', 'stopped'].includes(state) || healthState === 'unhealthy';
}

/** Rancher says the same for each container: once is enough, with how often, and when last. */
export function withoutRepeats(log: readonly ServiceLogLine[]): ServiceLogLine[] {
  const lines: { line: ServiceLogLine; times: number }[] = [];
  for (const line of log) {
    const last = lines.at(-1);
    if (last?.line.text === line.text) lines[lines.length - 1] = { line, times: last.times + 1 };
    else lines.push({ line, times: 1 });
  }
  return lines.map(({ line, times }) => (times === 1 ? line : { ...line, text: `${line.text} (${times} times)` }));
}
