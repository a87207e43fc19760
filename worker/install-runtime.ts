import { DefaultLogger, Runtime, type TelemetryOptions } from '@temporalio/worker';
import { ConfigurationError } from './config/configuration-error';
import { isWorthALine, logLine } from './log-line';

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
}

let installed = false;

/**
 * Sets up Temporal's runtime for this process, once; before the first native connection, or it has no effect.
 *
 * @throws ConfigurationError where metrics cannot be served on their address
 */
export function installRuntime(settings: RuntimeSettings = {}): void {
  if (installed) return;
  installed = true;
  const onLine = settings.onLine ?? ((line) => process.stderr.write(`${line}\n`));
  const telemetryOptions: TelemetryOptions = {
    logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
    ...(settings.metricsAddress === undefined
      ? {}
      : { metrics: { prometheus: { bindAddress: settings.metricsAddress } } }),
  };
  try {
    Runtime.install({
      logger: new DefaultLogger(settings.level ?? levelFrom(process.env), (entry) => {
        if (isWorthALine(entry)) onLine(logLine(entry));
      }),
      telemetryOptions,
    });
  } catch (error) {
    if (settings.metricsAddress === undefined) throw error;
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const message = `metrics cannot be served on ${settings.metricsAddress}: ${why}; choose another address, or end what listens there. Nothing was started`;
    throw new ConfigurationError([{ where: 'worker.metricsAddress', message }]);
  }
}

/** What is no level counts for nothing: a worker does not stay away for the sake of its log. */
function levelFrom(env: NodeJS.ProcessEnv): LogLevel {
  const asked = env['DROVER_LOG_LEVEL']?.toUpperCase();
  return LEVELS.find((level) => level === asked) ?? 'WARN';
}
