import {
  DefaultLogger,
  Runtime,
  type LogEntry,
  type NativeConnection,
  type TelemetryOptions,
} from '@temporalio/worker';
import type { Metric } from '../workflows/metric-table';
import { METRICS } from '../workflows/metric-table';
import { ConfigurationError } from './config/configuration-error';
import { isExpectedRetry, isWorthALine, logLine } from './log-line';
import { TemporalWatch } from './temporal-watch';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type LogLevel = (typeof LEVELS)[number];

/** How Temporal's runtime is set up. */
export interface RuntimeSettings {
  /** Takes each line. Default: standard error. */
  readonly onLine?: (line: string) => void;
  /** Lines of the least level. Default: `DROVER_LOG_LEVEL` (in any case of letters), else WARN. */
  readonly level?: LogLevel;
  /** `host:port` to serve Prometheus metrics on. */
  readonly metricsAddress?: string | undefined;
  /** Whether SIGINT and SIGTERM end the process's workers. Default true. */
  readonly endsOnSignals?: boolean;
}

/** How long Temporal may take to say that it is there, milliseconds. */
const ASK_LIMIT_MILLIS = 5_000;

let installed = false;
let watch: TemporalWatch | undefined;

/**
 * Sets up Temporal's runtime for this process, once; before the first native connection, or it has no effect.
 *
 * An outage has a line when it begins and a line when it is over, not one for each retry; `DEBUG` shows those too.
 *
 * @throws ConfigurationError where metrics cannot be served on their address
 */
export function installRuntime(settings: RuntimeSettings = {}): void {
  if (installed) return;
  installed = true;
  const onLine = settings.onLine ?? ((line) => process.stderr.write(`${line}\n`));
  const level = settings.level ?? levelFrom(process.env);
  const temporal = new TemporalWatch({
    say: (message) => onLine(logLine({ level: 'WARN', message, timestampNanos: BigInt(Date.now()) * 1_000_000n })),
  });
  watch = temporal;
  const isTold = (entry: LogEntry): boolean =>
    isWorthALine(entry) && (level === 'DEBUG' || (!isExpectedRetry(entry) && !temporal.takes(entry)));
  const telemetryOptions: TelemetryOptions = {
    logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
    ...(settings.metricsAddress === undefined
      ? {}
      : {
          metrics: {
            prometheus: { bindAddress: settings.metricsAddress, histogramBucketOverrides: bucketsOf(METRICS) },
          },
        }),
  };
  try {
    Runtime.install({
      logger: new DefaultLogger(level, (entry) => {
        if (isTold(entry)) onLine(logLine(entry));
      }),
      telemetryOptions,
      ...(settings.endsOnSignals === false ? { shutdownSignals: [] } : {}),
    });
  } catch (error) {
    if (settings.metricsAddress === undefined) throw error;
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const message = `metrics cannot be served on ${settings.metricsAddress}: ${why}; choose another address (an IP address and a port), or end what listens there. Nothing was started`;
    throw new ConfigurationError([{ where: 'worker.metricsAddress', message }]);
  }
}

/**
 * Lets the log ask a connection, after an outage of Temporal's, whether it is over.
 *
 * @returns what ends that, before the connection is closed
 */
export function watchTemporal(connection: NativeConnection): () => void {
  watch?.askBy(() =>
    connection.withDeadline(Date.now() + ASK_LIMIT_MILLIS, () => connection.workflowService.getSystemInfo({})),
  );
  return () => watch?.askBy(null);
}

function bucketsOf(metrics: Readonly<Record<string, Metric>>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, { buckets }]) => (buckets === undefined ? [] : [[name, [...buckets]]])),
  );
}

/** What is no level counts for nothing: a worker does not stay away for the sake of its log. */
function levelFrom(env: NodeJS.ProcessEnv): LogLevel {
  const asked = env['DROVER_LOG_LEVEL']?.toUpperCase();
  return LEVELS.find((level) => level === asked) ?? 'WARN';
}
